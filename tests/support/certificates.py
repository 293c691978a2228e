"""Makes the certificates that TLS tests need."""

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificates:
    """Paths of PEM files; everything is signed by `ca` except `other_ca`, which signed nothing."""

    ca: Path
    server: Path
    server_key: Path
    client: Path
    client_key: Path
    other_ca: Path
    wrong_host: Path
    wrong_host_key: Path


def make_certificates(directory: Path) -> Certificates:
    """Write all files into DIRECTORY; `server` is for 127.0.0.1 and localhost, `wrong_host` for example.test.

    Each private key lies beside its certificate: server.pem, server.key.
    """
    directory.mkdir(parents=True, exist_ok=True)
    ca = trustme.CA()
    server = _write_leaf(ca.issue_cert("127.0.0.1", "localhost"), directory / "server.pem")
    # From a common name alone trustme makes an empty subject alternative name, which Go refuses.
    client = _write_leaf(ca.issue_cert("client.example.test"), directory / "client.pem")
    wrong_host = _write_leaf(ca.issue_cert("example.test"), directory / "wrong_host.pem")
    return Certificates(
        ca=_write_ca(ca, directory / "ca.pem"),
        server=server,
        server_key=server.with_suffix(".key"),
        client=client,
        client_key=client.with_suffix(".key"),
        other_ca=_write_ca(trustme.CA(), directory / "other_ca.pem"),
        wrong_host=wrong_host,
        wrong_host_key=wrong_host.with_suffix(".key"),
    )


def _write_ca(ca: trustme.CA, path: Path) -> Path:
    ca.cert_pem.write_to_path(path)
    return path


def _write_leaf(leaf: trustme.LeafCert, path: Path) -> Path:
    path.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    leaf.private_key_pem.write_to_path(path.with_suffix(".key"))
    return path
