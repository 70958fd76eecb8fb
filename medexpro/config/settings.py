"""Django settings of the product. Every value a practice may set comes through `env`; docs/running lists them."""

from pathlib import Path

from csp.constants import NONE, SELF

from medexpro import __version__
from medexpro.config import env

BASE_DIR = Path(__file__).resolve().parent.parent.parent
HOME = env.home(BASE_DIR / "var")

# The product's name, mark and address stand here and nowhere else.
PRODUCT = {
    "name": "MedExPRO",
    "tagline": "The system a medical exercise practice runs on",
    "logo": "web/icons/mark.svg",
    "source_url": env.text("PRODUCT_SOURCE_URL", "https://example.org/medexpro"),
    "support_email": env.text("PRODUCT_SUPPORT_EMAIL", "support@example.org"),
    "version": __version__,
}

SECRET_KEY = env.secret_key(HOME)
DEBUG = env.flag("MEDEXPRO_DEBUG")
MEDEXPRO_DEMO = env.flag("MEDEXPRO_DEMO")
MEDEXPRO_HOME = HOME
MEDEXPRO_TESTING = env.flag("MEDEXPRO_TESTING")

# The demo's people are made up and share one password, printed beside their names at the start.
DEMO_PASSWORD = "medexpro demo"  # noqa: S105

ALLOWED_HOSTS = [host for host in env.text("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host]
CSRF_TRUSTED_ORIGINS = [origin for origin in env.text("TRUSTED_ORIGINS").split(",") if origin]
BEHIND_TLS = env.flag("BEHIND_TLS")
# Links in letters begin with it; alone on this machine a request's own address does.
PUBLIC_URL = env.text("PUBLIC_URL").rstrip("/")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.auth",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "template_partials",
    "django_htmx",
    "csp",
    "medexpro.practice",  # before allauth: its sign-in pages come first
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_tasks",
    "django_tasks_db",
    "medexpro.web",
    "medexpro.pdf",
    "medexpro.audit",
    "medexpro.knowledge.codes",
    "medexpro.knowledge",
    "medexpro.wording",
    "medexpro.positioning",
    "medexpro.providers",
    "medexpro.clients",
    "medexpro.record",
    "medexpro.referrals",
    "medexpro.episodes",
    "medexpro.clearance",
    "medexpro.assessments",
    "medexpro.programs",
    "medexpro.scheduling",
    "medexpro.sessions",
    "medexpro.reports",
    "medexpro.marketing",
    "medexpro.outreach",
    "medexpro.portal",
    "medexpro.today",
    "medexpro.fhir",
    "medexpro.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "medexpro.web.errors.NothingToShow",
    "allauth.account.middleware.AccountMiddleware",
    "medexpro.practice.middleware.MemberMiddleware",
    "medexpro.practice.locking.IdleLockMiddleware",
    "medexpro.practice.factors.SecondFactorMiddleware",
    "medexpro.clients.pointers.MergedClientMiddleware",
]

ROOT_URLCONF = "medexpro.config.urls"
WSGI_APPLICATION = "medexpro.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "medexpro.practice.context.shell",
            ],
        },
    }
]

DATABASES = {"default": env.database(HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Throttling and read marks are shared by every web process, so the cache is in the database.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # A full cache throws entries out, those that count somebody's guesses too. Django's own 300 are soon filled.
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# ---- Sign-in
AUTH_USER_MODEL = "practice.User"
# One backend: a wrong password is hashed once, and an unknown address takes as long as a known one.
AUTHENTICATION_BACKENDS = ["medexpro.practice.identity.PasswordBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "medexpro.practice.signin.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # Addresses are confirmed by the invitation that was followed.
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # Signing asks for a sign-in within 5 minutes.
ACCOUNT_FORMS = {"login": "medexpro.practice.forms.SignIn"}
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "reauthenticate": "10/m/user", "setup": "10/m/ip"}
# Who is throttled is told by the address; behind a proxy the proxy has to say it.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXIES", 1 if BEHIND_TLS else 0)
MFA_ADAPTER = "medexpro.practice.signin.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = PRODUCT["name"]
MFA_TOTP_TOLERANCE = 1  # A phone's clock may be half a minute off.
MFA_FORMS = {
    "authenticate": "medexpro.practice.forms.SignInCode",
    "authenticate_webauthn": "medexpro.practice.signin.PasskeySecond",
    "login_webauthn": "medexpro.practice.signin.PasskeySignIn",
}
# Plain http on localhost is a secure context to browsers; the passkey library has to be told.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not BEHIND_TLS

SESSION_ENGINE = "medexpro.practice.identity"
# Toasts name clients: they wait in the session, which ends with the sign-in, and in no cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_NAME = "medexpro_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "medexpro.web.errors.csrf_failure"

# ---- The browser
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
        "worker-src": [SELF],
    }
}

# ---- Words, numbers, time
LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# ---- Files
STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": HOME / "files", "file_permissions_mode": 0o600},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or MEDEXPRO_TESTING
        else "medexpro.web.storage.HashedStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG or MEDEXPRO_TESTING
# Uploads: a phone's photo or a scanned letter, not a film.
UPLOAD_LIMIT_BYTES = env.number("UPLOAD_LIMIT_MB", 15) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FILES = 25
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "medexpro.web.receiving.KeptToTheLimit",
]
FILE_UPLOAD_PERMISSIONS = 0o600

# ---- Mail: SMTP where one is named, else letters lie in a folder shown on a page.
EMAIL_HOST = env.text("SMTP_HOST")
EMAIL_PORT = env.number("SMTP_PORT", 587)
EMAIL_HOST_USER = env.text("SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("SMTP_PASSWORD")
EMAIL_USE_TLS = env.flag("SMTP_TLS", default=True)
EMAIL_FILE_PATH = HOME / "outbox"
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "django.core.mail.backends.filebased.EmailBackend"
)
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "practice@localhost")
# E-mail to fax: the gateway's domain, and the address it takes faxes from. Without one, faxes go out by hand.
FAX_GATEWAY = env.text("FAX_GATEWAY")
FAX_SENDER = env.text("FAX_SENDER")
EMAIL_TIMEOUT = 30  # Seconds; a server that says nothing holds up the worker no longer.
# Letters to people outside come back to this address with a key in it, and the notices lie in this folder.
MAIL_BOUNCE_TO = env.text("MAIL_BOUNCE_TO")
MAIL_BOUNCES = env.text("MAIL_BOUNCES")

# ---- Logs: what happened and where, never whose. Personal data stays out of messages by rule.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "medexpro.config.logs.Discreet",
            "fmt": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING")},
    # Robots try other host names all day; they get a 400 and no room in the log.
    "loggers": {"django.security.DisallowedHost": {"level": "CRITICAL"}},
}
