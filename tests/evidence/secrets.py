"""Made-up secrets of every kind, put together here so that no file of the project looks as if it held one."""

import json
import random
import string
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import quote

LETTERS = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
BASE64 = LETTERS + "+/"
UPPER = string.ascii_uppercase + string.digits
ONES = random.Random(7)


class Secret(NamedTuple):
    """A secret with a name that it goes by; `hidden` is what of the text must not be seen."""

    kind: str
    name: str
    text: str
    hidden: str


def any_of(signs: str, length: int) -> str:
    """Return a random text in which capitals, small letters and digits stand where there may be some."""
    middle = "".join(ONES.choices(signs, k=length - 3))
    return middle + "".join(next((one for one in some if one in signs), signs[0]) for some in ("Q7x", "k9", "4"))


def _known(kind: str, name: str, before: str, signs: str, length: int, after: str = "") -> Secret:
    body = any_of(signs, length)
    return Secret(kind, name, before + body + after, body)


def _pem(label: str) -> Secret:
    body = "\n".join(any_of(BASE64, 64) for _ in range(20))
    dashes = "-" * 5
    return Secret(
        f"pem {label}", "private_key", f"{dashes}BEGIN {label}{dashes}\n{body}\n{dashes}END {label}{dashes}\n", body
    )


def _jwt() -> Secret:
    signature = any_of(LETTERS + "-_", 43)
    claims = "ey" + "J" + any_of(LETTERS, 60)
    return Secret("jwt", "id_token", f"{'ey'}JhbGciOiJIUzI1NiJ9.{claims}.{signature}", signature)


def _uuid() -> str:
    return "-".join(any_of(HEX, length) for length in (8, 4, 4, 4, 12))


def _whole(kind: str, name: str, text: str, hidden: str = "") -> Secret:
    return Secret(kind, name, text, hidden or text)


def secrets() -> Iterator[Secret]:  # noqa: PLR0915  (a table)
    """Give a secret of every kind."""
    word = LETTERS + "_-"
    yield _known("aws key id", "AWS_ACCESS_KEY_ID", "AKI" + "A", UPPER, 16)
    yield _known("aws session key id", "AWS_ACCESS_KEY_ID", "ASI" + "A", UPPER, 16)
    yield _whole("aws secret", "AWS_SECRET_ACCESS_KEY", any_of(BASE64, 40))
    for letter in "pousr":
        yield _known(f"github gh{letter}", "GITHUB_TOKEN", f"gh{letter}" + "_", LETTERS, 36)
    yield _known("github fine-grained", "GH_TOKEN", "github" + "_pat_", LETTERS, 22, "_" + any_of(LETTERS, 59))
    yield _known("gitlab", "GITLAB_TOKEN", "glp" + "at-", word, 20)
    yield _known("gitlab runner", "CI_RUNNER_TOKEN", "glr" + "t-", word, 20)
    yield _known("openai", "OPENAI_API_KEY", "s" + "k-", LETTERS, 48)
    yield _known("openai project", "OPENAI_API_KEY", "s" + "k-proj-", word, 120)
    yield _known("anthropic", "ANTHROPIC_API_KEY", "s" + "k-ant-api03-", word, 93, "AA")
    yield _known("google", "GOOGLE_API_KEY", "AI" + "za", word, 35)
    yield _known("google oauth", "GOOGLE_OAUTH", "ya" + "29.", word, 80)
    yield _known("google client secret", "GOOGLE_CLIENT_SECRET", "GOC" + "SPX-", word, 28)
    for sort in ("sk_live", "rk_live", "pk_live", "sk_test"):
        yield _known(f"stripe {sort}", "STRIPE_KEY", sort + "_", LETTERS, 24)
    yield _known("stripe webhook", "STRIPE_HOOK", "wh" + "sec_", LETTERS, 32)
    for letter in "bpars":
        yield _known(f"slack {letter}", "SLACK_TOKEN", f"xo{'x'}{letter}-2345678901-", LETTERS, 24)
    yield _known("slack app", "SLACK_APP", "xa" + "pp-1-A0123-", LETTERS, 32)
    yield _known(
        "slack webhook", "SLACK_URL", "https://hooks.sl" + "ack.com/services/T0AAAAAAA/B0BBBBBBB/", LETTERS, 24
    )
    yield _known("npm", "NPM_TOKEN", "np" + "m_", LETTERS, 36)
    yield _known("pypi", "TWINE", "py" + "pi-AgEIcHlwaS5vcmc", word, 80)
    yield _known("hugging face", "HF", "h" + "f_", LETTERS, 34)
    yield _known("twilio", "TWILIO", "S" + "K", HEX, 32)
    yield _known("twilio account", "TWILIO_SID", "A" + "C", HEX, 32)
    yield _known("sendgrid", "SENDGRID", "S" + "G.", word, 22, "." + any_of(word, 43))
    yield _known("mailgun", "MAILGUN", "ke" + "y-", HEX, 32)
    yield _known(
        "azure storage",
        "AZURE_STORAGE",
        "DefaultEndpointsProtocol=https;AccountName=x;Account" + "Key=",
        BASE64,
        86,
        "==",
    )
    yield _known("azure sas", "SAS", "https://x.blob.core.windows.net/a?sv=2024-01-01&si" + "g=", LETTERS, 43, "%3D")
    yield _whole("azure client secret", "AZURE", any_of(LETTERS, 3) + "8" + "Q~" + any_of(LETTERS + "_.~", 34))
    yield _known("digitalocean", "DO", "do" + "p_v1_", HEX, 64)
    yield _whole("heroku", "HEROKU_API_KEY", _uuid())
    yield _known("linear", "LINEAR", "lin" + "_api_", LETTERS, 40)
    yield _known("notion", "NOTION", "nt" + "n_", LETTERS, 46)
    yield _known("notion secret", "NOTION", "sec" + "ret_", LETTERS, 43)
    yield _known("postman", "POSTMAN", "PM" + "AK-", HEX, 24, "-" + any_of(HEX, 34))
    yield _known("shopify", "SHOPIFY", "shp" + "at_", HEX, 32)
    yield _known("square", "SQUARE", "sq0" + "atp-", word, 22)
    yield _known("square access", "SQUARE", "EA" + "AA", word, 60)
    yield _known("telegram", "BOT", "1234567890" + ":AA", word, 33)
    yield _whole("discord", "BOT", "M" + any_of(LETTERS, 25) + "." + any_of(word, 6) + "." + any_of(word, 38))
    yield _known("discord webhook", "HOOK", "https://disc" + "ord.com/api/webhooks/123456789012345678/", word, 68)
    yield _whole("datadog", "DD_API_KEY", any_of(HEX, 32))
    yield _whole("datadog app", "DATADOG_APP_KEY", any_of(HEX, 40))
    yield _known("new relic", "NEW_RELIC", "NR" + "AK-", UPPER, 27)
    key = any_of(HEX, 32)
    yield _whole("sentry dsn", "DSN", f"https://{key}@o1.ingest.sentry.io/12345", key)
    yield _known("vault", "VAULT", "hv" + "s.", word, 90)
    yield _known("databricks", "DATABRICKS", "da" + "pi", HEX, 32)
    yield _known("supabase", "SUPABASE", "sb" + "p_", HEX, 40)
    yield _whole("vercel", "VERCEL_TOKEN", any_of(LETTERS, 24))
    yield _known("netlify", "NETLIFY", "nf" + "p_", LETTERS, 36)
    yield _whole("cloudflare", "CLOUDFLARE_API_TOKEN", any_of(word, 40))
    yield _known("fly", "FLY", "fo" + "1_", word, 43)
    yield _known("docker", "DOCKER", "dckr" + "_pat_", word, 27)
    yield _whole("terraform", "TF", any_of(LETTERS, 14) + ".atla" + "sv1." + any_of(word, 60))
    yield _known("age", "AGE", "AGE-SECRET" + "-KEY-1", UPPER, 58)
    yield _known("grafana", "GRAFANA", "gl" + "sa_", LETTERS, 32, "_" + any_of(HEX, 8))
    for label in ("RSA ", "EC ", "OPENSSH ", "ENCRYPTED ", ""):
        yield _pem(f"{label}PRIVATE " + "KEY")
    putty = "\n".join(any_of(BASE64, 64) for _ in range(4))
    yield _whole(
        "putty", "private_key",
        f"PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 4\n{putty}\nPrivate-MAC: {any_of(HEX, 64)}", putty,
    )  # fmt: skip
    yield _jwt()
    bearer = any_of(LETTERS, 30)
    yield _whole("bearer", "header", f"Authorization: Bearer {bearer}", bearer)
    basic = any_of(LETTERS, 22) + "=="
    yield _whole("basic", "header", f"Authorization: Basic {basic}", basic)
    cookie = any_of(LETTERS, 26)
    yield _whole("cookie", "header", f"Cookie: sid={cookie}; theme=dark", cookie)
    yield _whole("set-cookie", "header", f"Set-Cookie: sid={cookie}; HttpOnly", cookie)
    for scheme in ("postgres", "mongodb+srv", "redis", "https", "amqp"):
        password = any_of(LETTERS, 12)
        yield _whole(f"{scheme} url", "DATABASE_URL", f"{scheme}://admin:{password}@db.example.com:5432/app", password)
    signature = any_of(HEX, 64)
    yield _whole(
        "presigned", "link", f"https://b.s3.amazonaws.com/k?X-Amz-Date=2026&X-Amz-Signature={signature}", signature
    )
    for name in (
        "DB_PASS",
        "password",
        "passwd",
        "db_pwd",
        "client_secret",
        "api_key",
        "apiKey",
        "secret_key",
        "token",
    ):
        yield _whole(f"named {name}", name, "hunter2-" + any_of(LETTERS, 8))


Wrap = Callable[[Secret], str]


def _plain(secret: Secret) -> str:
    known = secret.text if len(secret.hidden) != len(secret.text) else f"{secret.name} is {secret.text}"
    return f"I found this in the file, see: {known} and went on."


def _json(secret: Secret) -> str:
    inner = json.dumps({"name": "x", secret.name: secret.text, "note": 'a "quoted" word'})
    return json.dumps({"arguments": inner, "slash": inner.replace("/", "\\/")})


def _env(secret: Secret) -> str:
    text = secret.text if "\n" not in secret.text else f'"{secret.text}"'
    return f"# settings\nexport {secret.name}={text}\nDEBUG=1\n"


def _shell(secret: Secret) -> str:
    option = "--" + secret.name.lower().replace("_", "-")
    return f"cd /tmp && ./deploy -v {option} '{secret.text}' --dry-run"


def _url(secret: Secret) -> str:
    return f"GET https://api.example.com/v1/items?page=2&{secret.name}={quote(secret.text, safe='/:?=&@+~;')}&x=1"


WRAPPINGS: dict[str, Wrap] = {"plain": _plain, "json": _json, "env": _env, "shell": _shell, "url": _url}
