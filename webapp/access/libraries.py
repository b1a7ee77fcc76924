"""The settings of the libraries we stand on; what a default of theirs would open is closed here."""

from datetime import timedelta
from typing import Any

from webapp.access.password_rules import SHORTEST_PASSWORD
from webapp.frame.settings import Settings

SESSION_LIFETIME = timedelta(minutes=60)  # without a click, to within the cookie's renewal
NEVER = timedelta(0)

# What each of these opens when it is left alone stands beside it.
CLOSED: dict[str, Any] = {
    # Flask
    "DEBUG": False,  # a console on every error page
    "TESTING": False,
    "PROPAGATE_EXCEPTIONS": False,  # the server's own error page, with what it was doing
    "TRAP_HTTP_EXCEPTIONS": False,
    "MAX_FORM_PARTS": 1000,  # fields of a form
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_PARTITIONED": False,
    "SESSION_COOKIE_DOMAIN": None,  # other hosts of the domain
    # Flask-Login
    "REMEMBER_COOKIE_DURATION": NEVER,  # a year without a password
    "REMEMBER_COOKIE_HTTPONLY": True,
    "REMEMBER_COOKIE_SAMESITE": "Lax",
    # Flask-WTF
    "WTF_CSRF_CHECK_DEFAULT": True,
    "WTF_CSRF_METHODS": ["POST", "PUT", "PATCH", "DELETE"],
    "WTF_CSRF_SSL_STRICT": True,
    # Flask-Security: what it offers
    "SECURITY_REGISTERABLE": False,
    "SECURITY_CONFIRMABLE": False,
    "SECURITY_RECOVERABLE": False,
    "SECURITY_CHANGEABLE": False,
    "SECURITY_PASSWORDLESS": False,
    "SECURITY_UNIFIED_SIGNIN": False,
    "SECURITY_OAUTH_ENABLE": False,
    "SECURITY_CHANGE_EMAIL": False,
    "SECURITY_CHANGE_USERNAME": False,
    "SECURITY_USERNAME_ENABLE": False,
    "SECURITY_USERNAME_RECOVERY": False,
    "SECURITY_TWO_FACTOR": False,  # its pages guess codes without end: ours have a wall
    "SECURITY_WEBAUTHN": False,
    "SECURITY_REFRESH_TOKEN": False,
    "SECURITY_TRACKABLE": False,  # keeps addresses of people
    # Flask-Security: how it lets in
    "SECURITY_API_ENABLED_METHODS": ["session"],  # tokens too, from a header, a URL or a body
    "SECURITY_BACKWARDS_COMPAT_AUTH_TOKEN": False,
    "SECURITY_DEFAULT_REMEMBER_ME": False,
    "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_REDIRECT_BEHAVIOR": None,  # errors and e-mails in the address
    "SECURITY_REDIRECT_ALLOW_SUBDOMAINS": False,
    "SECURITY_RETURN_GENERIC_RESPONSES": True,  # tells which addresses have an account
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],  # "plaintext" among them
    "SECURITY_PASSWORD_SINGLE_HASH": True,
    "SECURITY_PASSWORD_CHECK_BREACHED": False,  # asks a third party
    "SECURITY_STATIC_FOLDER": None,  # its own scripts
    "SECURITY_CLI_USERS_NAME": None,  # commands that go around ours
    "SECURITY_CLI_ROLES_NAME": None,
    "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
    "SECURITY_SEND_REGISTER_EMAIL": False,
    # flask-smorest: pages that fetch scripts from a third party
    "OPENAPI_SWAGGER_UI_PATH": None,
    "OPENAPI_REDOC_PATH": None,
    "OPENAPI_RAPIDOC_PATH": None,
}


def library_settings(settings: Settings) -> dict[str, Any]:
    """Give every setting of a library that signing in, sessions and forms depend on."""
    return CLOSED | {
        "SECRET_KEY": settings.session_secret,
        "SESSION_COOKIE_NAME": "palier",
        "SESSION_COOKIE_SECURE": settings.https,
        "REMEMBER_COOKIE_SECURE": settings.https,
        "PERMANENT_SESSION_LIFETIME": SESSION_LIFETIME,
        "SECURITY_PASSWORD_SALT": settings.session_secret,
        "SECURITY_PASSWORD_LENGTH_MIN": SHORTEST_PASSWORD,
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_POST_LOGIN_VIEW": "/",
        "SECURITY_POST_LOGOUT_VIEW": "/sign-in",
        "SECURITY_LOGIN_USER_TEMPLATE": "sign_in.html",
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        "SECURITY_FLASH_MESSAGES": True,
        "SECURITY_FRESHNESS": timedelta(minutes=-1),  # a session is short enough
        "WTF_CSRF_TIME_LIMIT": None,
    }
