"""The parameter types that several commands share: names of objects, declarations, words, files."""

from __future__ import annotations

from ..schema.metrics import METRIC_MEANINGS
from ..text.consistency import READ_LEVELS
from ..text.words import (
    BOOLEAN_PROPERTIES,
    COLLECTION_PROPERTIES,
    DATABASE_PROPERTIES,
    FIELD_PROPERTIES,
    FUNCTION_TYPES,
    IMPORT_OPTIONS,
    INDEX_PROPERTIES,
    INDEX_TYPES,
    RERANK_FUNCTIONS,
    RERANKERS,
    WAITED,
)
from .object_names import (
    CollectionPlace,
    EmbeddedText,
    FieldAndMore,
    GrantedObject,
    ObjectName,
    ObjectNames,
    ObjectType,
    PrivilegeNames,
)
from .offered import KeyValue, TextOrFile, Words
from .parameter_keys import IndexParameter, SweptParameter
from .schema_types import (
    DeclaredField,
    FieldDeclaration,
    FieldProperty,
    FilterExpression,
    FilterParameter,
    IndexDeclaration,
)
from .value_types import Duration, FiniteNumber, KeptFile, PathText, TimeZone, WaitTarget

CONNECTION = ObjectName("connections", expected="the alias of a connection")
URI = ObjectName("uris")
DATABASE = ObjectName("databases", noun="database")
ONE_DATABASE = ObjectName("databases", expected="the name of a database")
COLLECTION = ObjectName("collections")
COLLECTION_PLACE = CollectionPlace()
COLLECTION_ALIAS = ObjectName("aliases")
PARTITION = ObjectName("partitions", noun="partition", owner="collection")
FIELD = ObjectName("fields", noun="field", owner="collection")
FIELDS = ObjectNames("fields", owner="collection")
FIELD_AND_MORE = FieldAndMore("fields", noun="field", owner="collection")
SCALAR_FIELDS = ObjectNames("fields", owner="collection", offered="scalar_fields")
SCALAR_AND_MORE = FieldAndMore("fields", noun="field", owner="collection", offered="scalar_fields")
VECTOR_FIELD = ObjectName("vector_fields", owner="collection")
INDEXABLE_FIELD = ObjectName("fields", noun="field", owner="collection", offered="indexable_fields")
INDEX = ObjectName("indexes", noun="index", owner="collection")
FUNCTION = ObjectName("functions", noun="function", owner="collection")
SNAPSHOT = ObjectName("snapshots", noun="snapshot", owner="collection")
ROW_POLICY = ObjectName("row_policies", noun="row policy", owner="collection")
FILE_RESOURCE = ObjectName("file_resources", noun="file resource")
USER_TAG = ObjectName("user_tags", owner="username")
USER = ObjectName("users", noun="user")
ROLE = ObjectName("roles", noun="role")
SAVED_COMMAND = ObjectName("saved_commands")
EMBEDDER = ObjectName("embedders")
EMBEDDED_TEXT = EmbeddedText()
RESOURCE_GROUP = ObjectName("resource_groups", noun="resource group")
PRIVILEGE_GROUP = ObjectName("privilege_groups", noun="privilege group")
PRIVILEGES = PrivilegeNames()
OBJECT_TYPE = ObjectType()
OBJECT = GrantedObject()

# Whether it can be read is told by whoever reads it.
DUMP = PathText()
FILE = PathText()
KEPT_FILE = KeptFile()
DIRECTORY = PathText(file_okay=False)
FIELD_DECLARATION = FieldDeclaration()
DECLARED_FIELD = DeclaredField()
INDEX_DECLARATION = IndexDeclaration()
INDEX_PARAMETER = IndexParameter()
SWEPT_PARAMETER = SweptParameter()

PARAMETER = FilterParameter({})
FILTER = FilterExpression()
QUERY_VECTOR = TextOrFile()
NUMBER = FiniteNumber()
TIME_ZONE = TimeZone()
DURATION = Duration()
WAITED_FOR = WaitTarget(WAITED)
PROPERTY_VALUES = {
    **dict.fromkeys(BOOLEAN_PROPERTIES, Words("boolean", {"true": "", "false": ""})),
    "database.resource_groups": ObjectNames("resource_groups"),
    "timezone": TIME_ZONE,
}
COLLECTION_PROPERTY = KeyValue(COLLECTION_PROPERTIES, PROPERTY_VALUES)
DATABASE_PROPERTY = KeyValue(DATABASE_PROPERTIES, PROPERTY_VALUES)
FIELD_PROPERTY = FieldProperty(FIELD_PROPERTIES, PROPERTY_VALUES)
FIELD_PROPERTY_KEY = Words("property", FIELD_PROPERTIES)
INDEX_PROPERTY = KeyValue(INDEX_PROPERTIES, PROPERTY_VALUES)
INDEX_PROPERTY_KEY = Words("property", INDEX_PROPERTIES)
FLAG = PROPERTY_VALUES["mmap.enabled"]
IMPORT_OPTION = KeyValue(IMPORT_OPTIONS, dict.fromkeys(("backup", "l0_import", "skip_disk_quota_check"), FLAG))
COLLECTION_PROPERTY_KEY = Words("property", COLLECTION_PROPERTIES)
DATABASE_PROPERTY_KEY = Words("property", DATABASE_PROPERTIES)

CONSISTENCY = Words("consistency level", {name: level.meaning for name, level in READ_LEVELS.items()})
METRIC = Words("metric", METRIC_MEANINGS)
FUNCTION_TYPE = Words("function type", FUNCTION_TYPES)
INDEX_TYPE = Words("index type", INDEX_TYPES)
RERANKER = Words("reranker", {**RERANKERS, **RERANK_FUNCTIONS})
RERANK_FUNCTION = Words("reranker", RERANK_FUNCTIONS)
