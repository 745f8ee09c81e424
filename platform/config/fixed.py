"""Settings that are the same in every installation."""

from kombu import Queue

# --- Sign-in ------------------------------------------------------------------------------------
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "accounts.backends.axes_identity"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True  # audit keeps sign-ins; axes would keep the typed identity
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code"]
# The second step (accounts.mfa).
OTP_TOTP_ISSUER = "Balai"
OTP_TOTP_SYNC = False  # a phone whose clock is wrong is told so

# --- Celery -------------------------------------------------------------------------------------
# A broker that hangs must not hold a page: the outbox row is committed, the sweep sends again.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 3, "socket_connect_timeout": 3}
# Work that only writes, and work outside by how long the outside takes: a mail server that hangs
# holds up no letter. A worker serves all of them unless told otherwise (celery worker --queues).
CELERY_TASK_QUEUES = [Queue("celery"), Queue("mail"), Queue("effects")]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # a platform's own domain may serve other hosts; the operator decides
    "security.W021",
    "security.W004",  # HSTS, redirect and secure cookies follow the address's scheme (HTTPS above)
    "security.W008",
    "security.W012",
    "security.W016",
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "ui.problems.handle",
    "NUM_PROXIES": 0,  # ClientAddressMiddleware has settled whose address it is
}
