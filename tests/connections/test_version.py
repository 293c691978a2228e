import pytest

from milvus_cli.connections.version import Version


@pytest.mark.parametrize(
    ("text", "release", "older"),
    [
        ("v2.3.5-lite", "2.4", True),
        ("2.3.5", "2.3", False),
        ("v2.4.0", "2.4", False),
        ("2.10", "2.4", False),
        ("v2.6.10", "2.6.11", True),
        ("milvus_lite-3.2.2", "2.4", False),
        ("unknown", "2.4", False),
        ("", "2.4", False),
        ("v" + "9" * 5000 + ".1", "2.4", False),
        ("v2.3.5", "", False),
    ],
)
def test_versions_are_compared(text: str, release: str, older: bool) -> None:
    assert Version(text).before(release) == older


@pytest.mark.parametrize(
    ("text", "product"),
    [("v2.3.5-lite", "Milvus 2.3.5"), ("milvus_lite-3.2.2", "Milvus Lite 3.2.2"), ("2.6.0", "Milvus 2.6.0"), ("", "")],
)
def test_the_product_names_the_full_server_and_milvus_lite(text: str, product: str) -> None:
    assert Version(text).product == product
    assert Version(text).is_lite == ("Lite" in product)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("Zilliz Cloud Vector Database(Compatible with Milvus 2.5)", "Zilliz Cloud (Milvus 2.5)"),
        ("unknown-20260608-7ea6e3526", ""),
    ],
)
def test_the_cloud_counts_as_the_newest_of_its_line(text: str, product: str) -> None:
    version = Version(text)
    assert (version.product, version.is_lite) == (product, False)
    assert not version.before("2.5.12")
    assert version.before("2.6") == bool(product)
