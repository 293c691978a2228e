"""The methods of HTTP, and the paths of Milvus's RESTful API v2 with what each does. All paths take POST."""

from types import MappingProxyType

HTTP_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PREFIX = "/v2/vectordb/"

_ACTIONS = """
collections/list: List collections
collections/has: Report whether a collection exists
collections/describe: Show a collection's schema, indexes and load state
collections/get_stats: Count a collection's entities
collections/get_load_state: Show whether a collection is loaded
collections/get_compaction_state: Show the state of a compaction
collections/create: Create a collection
collections/drop: Delete a collection
collections/truncate: Delete all entities of a collection
collections/rename: Rename a collection
collections/load: Load a collection
collections/refresh_load: Load data that was imported into a loaded collection
collections/release: Release a collection
collections/flush: Flush a collection
collections/compact: Compact a collection
collections/alter_properties: Set properties of a collection
collections/drop_properties: Reset properties of a collection
collections/add_function: Add a function
collections/alter_function: Change a function
collections/drop_function: Delete a function
collections/add_function_field: Add a function with its output field
collections/drop_function_field: Delete a function with its output field
collections/fields/add: Add a field
collections/fields/drop: Delete a field
collections/fields/alter_properties: Set properties of a field
collections/struct_fields/add: Add a struct array field
entities/query: Find entities by a filter
entities/get: Get entities by primary key
entities/search: Search vectors
entities/hybrid_search: Search several vector fields
entities/advanced_search: Search several vector fields (older name of hybrid_search)
entities/insert: Insert entities
entities/upsert: Insert or replace entities
entities/delete: Delete entities by a filter
partitions/list: List partitions
partitions/has: Report whether a partition exists
partitions/get_stats: Count a partition's entities
partitions/create: Create a partition
partitions/drop: Delete a partition
partitions/load: Load partitions
partitions/release: Release partitions
indexes/list: List indexes
indexes/describe: Show an index
indexes/create: Create indexes
indexes/drop: Delete an index
indexes/alter_properties: Set properties of an index
indexes/drop_properties: Reset properties of an index
aliases/list: List collection aliases
aliases/describe: Show a collection alias
aliases/create: Create a collection alias
aliases/alter: Point a collection alias to another collection
aliases/drop: Delete a collection alias
databases/list: List databases
databases/describe: Show a database
databases/create: Create a database
databases/alter: Set properties of a database
databases/alter_properties: Set properties of a database
databases/drop_properties: Reset properties of a database
databases/drop: Delete a database
users/list: List users
users/describe: List the roles of a user
users/create: Create a user
users/update_password: Change a user's password
users/drop: Delete a user
users/grant_role: Grant a role to a user
users/revoke_role: Revoke a role from a user
roles/list: List roles
roles/describe: List the privileges of a role
roles/create: Create a role
roles/alter: Change a role
roles/drop: Delete a role
roles/grant_privilege: Grant a privilege on an object to a role
roles/revoke_privilege: Revoke a privilege on an object from a role
roles/grant_privilege_v2: Grant a privilege or privilege group to a role
roles/revoke_privilege_v2: Revoke a privilege or privilege group from a role
privilege_groups/list: List privilege groups
privilege_groups/create: Create a privilege group
privilege_groups/drop: Delete a privilege group
privilege_groups/add_privileges_to_group: Add privileges to a group
privilege_groups/remove_privileges_from_group: Remove privileges from a group
resource_groups/list: List resource groups
resource_groups/describe: Show a resource group
resource_groups/create: Create a resource group
resource_groups/alter: Change resource groups
resource_groups/drop: Delete a resource group
resource_groups/transfer_replica: Move replicas to another resource group
jobs/import/list: List import jobs
jobs/import/describe: Show the progress of an import job
jobs/import/get_progress: Show the progress of an import job (older name of describe)
jobs/import/create: Import files
jobs/import/commit: Commit an import job
jobs/import/abort: Abort an import job
jobs/snapshot/list: List jobs that restore snapshots
jobs/snapshot/describe: Show a job that restores a snapshot
jobs/snapshot/restore_external: Restore a snapshot from external storage
jobs/snapshot/export: Export a snapshot
jobs/external_collection/list: List refresh jobs of external collections
jobs/external_collection/describe: Show a refresh job of an external collection
jobs/external_collection/refresh: Refresh an external collection
file_resources/list: List file resources
file_resources/add: Add a file resource
file_resources/remove: Remove a file resource
segments/describe: Show segments
quotacenter/describe: Show quota metrics
common/run_analyzer: Tokenize text with an analyzer
"""

PATHS = MappingProxyType(
    {PREFIX + path: text for path, _, text in (line.partition(": ") for line in _ACTIONS.strip().splitlines())}
)
"""The paths in the order of listings, with what each does."""
