//! Every key there is.

/// A key of the configuration.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// Its table in the file.
    pub(crate) section: &'static str,
    /// Its name in that table.
    pub(crate) name: &'static str,
    /// The variable that overrides it.
    pub(crate) variable: Option<&'static str>,
    /// Whether its value must never be shown.
    pub(crate) secret: bool,
    /// Whether the file may give a list of texts.
    pub(crate) list: bool,
}

impl Key {
    /// As the file would write it: `ftp.host`.
    pub(crate) fn path(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }
}

const fn key(section: &'static str, name: &'static str, variable: &'static str) -> Key {
    Key { section, name, variable: Some(variable), secret: false, list: false }
}

const fn secret(section: &'static str, name: &'static str, variable: &'static str) -> Key {
    Key { section, name, variable: Some(variable), secret: true, list: false }
}

const fn list(section: &'static str, name: &'static str, variable: &'static str) -> Key {
    Key { section, name, variable: Some(variable), secret: false, list: true }
}

const fn file_only(section: &'static str, name: &'static str) -> Key {
    Key { section, name, variable: None, secret: false, list: false }
}

pub(crate) const DATABASE_URL: Key = secret("database", "url", "ATELIER_DATABASE_URL");
pub(crate) const HTTP_ADDR: Key = key("http", "addr", "ATELIER_HTTP_ADDR");
pub(crate) const HTTP_TRUSTED_PROXIES: Key = list("http", "trusted_proxies", "ATELIER_HTTP_TRUSTED_PROXIES");
pub(crate) const HTTP_CORS_ORIGINS: Key = list("http", "cors_origins", "ATELIER_HTTP_CORS_ORIGINS");
pub(crate) const HTTP_TLS_CERT: Key = key("http", "tls_cert", "ATELIER_HTTP_TLS_CERT");
pub(crate) const HTTP_TLS_KEY: Key = key("http", "tls_key", "ATELIER_HTTP_TLS_KEY");
pub(crate) const HTTP_INTROSPECTION: Key = key("http", "introspection", "ATELIER_HTTP_INTROSPECTION");
pub(crate) const HTTP_GRAPHIQL: Key = key("http", "graphiql", "ATELIER_HTTP_GRAPHIQL");
pub(crate) const JWT_SECRET: Key = secret("jwt", "secret", "ATELIER_JWT_SECRET");
pub(crate) const JWT_JWKS: Key = key("jwt", "jwks", "ATELIER_JWT_JWKS");
pub(crate) const JWT_JWKS_CA: Key = key("jwt", "jwks_ca", "ATELIER_JWT_JWKS_CA");
pub(crate) const JWT_JWKS_ISSUER: Key = key("jwt", "jwks_issuer", "ATELIER_JWT_JWKS_ISSUER");
pub(crate) const JWT_JWKS_AUDIENCE: Key = key("jwt", "jwks_audience", "ATELIER_JWT_JWKS_AUDIENCE");
pub(crate) const JWT_JWKS_ROLE_CLAIM: Key = key("jwt", "jwks_role_claim", "ATELIER_JWT_JWKS_ROLE_CLAIM");
pub(crate) const JWT_JWKS_ROLES: Key = list("jwt", "jwks_roles", "ATELIER_JWT_JWKS_ROLES");
pub(crate) const FTP_HOST: Key = key("ftp", "host", "ATELIER_FTP_HOST");
pub(crate) const FTP_PORT: Key = key("ftp", "port", "ATELIER_FTP_PORT");
pub(crate) const FTP_USER: Key = key("ftp", "user", "ATELIER_FTP_USER");
pub(crate) const FTP_PASSWORD: Key = secret("ftp", "password", "ATELIER_FTP_PASSWORD");
pub(crate) const FTP_ROOT: Key = key("ftp", "root", "ATELIER_FTP_ROOT");
pub(crate) const FTP_TLS: Key = key("ftp", "tls", "ATELIER_FTP_TLS");
pub(crate) const FTP_TLS_CA: Key = key("ftp", "tls_ca", "ATELIER_FTP_TLS_CA");
pub(crate) const FTP_TIMEOUT: Key = key("ftp", "timeout", "ATELIER_FTP_TIMEOUT");
pub(crate) const FTP_RETRIES: Key = key("ftp", "retries", "ATELIER_FTP_RETRIES");
pub(crate) const FTP_SCHEDULE: Key = key("ftp", "schedule", "ATELIER_FTP_SCHEDULE");
pub(crate) const FTP_CLEANUP: Key = key("ftp", "cleanup", "ATELIER_FTP_CLEANUP");
pub(crate) const ERP_URL: Key = secret("erp", "url", "ATELIER_ERP_URL");
pub(crate) const ERP_SCHEDULE: Key = key("erp", "schedule", "ATELIER_ERP_SCHEDULE");
pub(crate) const ERP_TLS: Key = key("erp", "tls", "ATELIER_ERP_TLS");
pub(crate) const ERP_TLS_CA: Key = key("erp", "tls_ca", "ATELIER_ERP_TLS_CA");
pub(crate) const ERP_TIMEOUT: Key = key("erp", "timeout", "ATELIER_ERP_TIMEOUT");
pub(crate) const ERP_RETRIES: Key = key("erp", "retries", "ATELIER_ERP_RETRIES");
pub(crate) const ERP_ACCESSORIES: Key = list("erp", "accessories", "ATELIER_ERP_ACCESSORIES");
pub(crate) const ERP_NOTES: Key = list("erp", "notes", "ATELIER_ERP_NOTES");
pub(crate) const ERP_CUSTOMER_NAME: Key = key("erp", "store_customer_name", "ATELIER_ERP_STORE_CUSTOMER_NAME");
pub(crate) const ERP_ORDER_IN_DETAILS: Key = key("erp", "order_in_details", "ATELIER_ERP_ORDER_IN_DETAILS");
pub(crate) const LOG_DIR: Key = key("logs", "dir", "ATELIER_LOG_DIR");
pub(crate) const PLANT_TIMEZONE: Key = key("plant", "timezone", "ATELIER_PLANT_TIMEZONE");
pub(crate) const PRODUCTION_DAY_START: Key = key("plant", "production_day_start", "ATELIER_PRODUCTION_DAY_START");
pub(crate) const LOG_FILTER: Key = key("log", "filter", "ATELIER_LOG");
pub(crate) const LOG_FORMAT: Key = key("log", "format", "ATELIER_LOG_FORMAT");
pub(crate) const ALERT_WEBHOOK: Key = secret("alerts", "webhook", "ATELIER_ALERT_WEBHOOK");
pub(crate) const ALERT_WEBHOOK_SECRET: Key = secret("alerts", "webhook_secret", "ATELIER_ALERT_WEBHOOK_SECRET");
pub(crate) const ALERT_CHECK: Key = key("alerts", "check", "ATELIER_ALERT_CHECK");
pub(crate) const ALERT_SYNC_OVERDUE: Key = key("alerts", "sync_overdue", "ATELIER_ALERT_SYNC_OVERDUE");
pub(crate) const ALERT_MACHINE_SILENT: Key = key("alerts", "machine_silent", "ATELIER_ALERT_MACHINE_SILENT");
pub(crate) const RETENTION_DETAILS: Key = key("retention", "details", "ATELIER_RETENTION_DETAILS");
pub(crate) const RETENTION_RAW: Key = key("retention", "raw", "ATELIER_RETENTION_RAW");
pub(crate) const RETENTION_ARCHIVE: Key = key("retention", "archive", "ATELIER_RETENTION_ARCHIVE");
pub(crate) const RETENTION_SCHEDULE: Key = key("retention", "schedule", "ATELIER_RETENTION_SCHEDULE");
pub(crate) const LIMIT_PAGE: Key = file_only("limits", "page");
pub(crate) const LIMIT_DEPTH: Key = file_only("limits", "depth");
pub(crate) const LIMIT_COMPLEXITY: Key = file_only("limits", "complexity");
pub(crate) const LIMIT_VALUES: Key = file_only("limits", "values");
pub(crate) const LIMIT_AT_WORK: Key = file_only("limits", "at_work_per_user");
pub(crate) const LIMIT_ROOT_FIELDS: Key = file_only("limits", "root_fields");
pub(crate) const LIMIT_ALIASES: Key = file_only("limits", "aliases");
pub(crate) const LIMIT_DIRECTIVES: Key = file_only("limits", "directives");
pub(crate) const LIMIT_QUERY_TIME: Key = file_only("limits", "query_time");
pub(crate) const LIMIT_REQUESTS_AT_ONCE: Key = file_only("limits", "requests_at_once");
pub(crate) const LIMIT_REQUESTS_PER_SECOND: Key = file_only("limits", "requests_per_second");
pub(crate) const LIMIT_CONNECTIONS: Key = file_only("limits", "connections_per_user");
pub(crate) const LIMIT_BODY: Key = file_only("limits", "body_kib");
pub(crate) const LIMIT_BATCH: Key = file_only("limits", "batch");

/// All of them but the machines, which are a list.
pub(crate) const ALL: &[Key] = &[
    DATABASE_URL,
    HTTP_ADDR,
    HTTP_TRUSTED_PROXIES,
    HTTP_CORS_ORIGINS,
    HTTP_TLS_CERT,
    HTTP_TLS_KEY,
    HTTP_INTROSPECTION,
    HTTP_GRAPHIQL,
    JWT_SECRET,
    JWT_JWKS,
    JWT_JWKS_CA,
    JWT_JWKS_ISSUER,
    JWT_JWKS_AUDIENCE,
    JWT_JWKS_ROLE_CLAIM,
    JWT_JWKS_ROLES,
    FTP_HOST,
    FTP_PORT,
    FTP_USER,
    FTP_PASSWORD,
    FTP_ROOT,
    FTP_TLS,
    FTP_TLS_CA,
    FTP_TIMEOUT,
    FTP_RETRIES,
    FTP_SCHEDULE,
    FTP_CLEANUP,
    ERP_URL,
    ERP_SCHEDULE,
    ERP_TLS,
    ERP_TLS_CA,
    ERP_TIMEOUT,
    ERP_RETRIES,
    ERP_ACCESSORIES,
    ERP_NOTES,
    ERP_CUSTOMER_NAME,
    ERP_ORDER_IN_DETAILS,
    LOG_DIR,
    PLANT_TIMEZONE,
    PRODUCTION_DAY_START,
    LOG_FILTER,
    LOG_FORMAT,
    ALERT_WEBHOOK,
    ALERT_WEBHOOK_SECRET,
    ALERT_CHECK,
    ALERT_SYNC_OVERDUE,
    ALERT_MACHINE_SILENT,
    RETENTION_DETAILS,
    RETENTION_RAW,
    RETENTION_ARCHIVE,
    RETENTION_SCHEDULE,
    LIMIT_PAGE,
    LIMIT_DEPTH,
    LIMIT_COMPLEXITY,
    LIMIT_VALUES,
    LIMIT_AT_WORK,
    LIMIT_ROOT_FIELDS,
    LIMIT_ALIASES,
    LIMIT_DIRECTIVES,
    LIMIT_QUERY_TIME,
    LIMIT_REQUESTS_AT_ONCE,
    LIMIT_REQUESTS_PER_SECOND,
    LIMIT_CONNECTIONS,
    LIMIT_BODY,
    LIMIT_BATCH,
];

/// The key of a table.
pub(crate) fn find(section: &str, name: &str) -> Option<&'static Key> {
    ALL.iter().find(|key| key.section == section && key.name == name)
}

/// The key that a variable overrides.
pub(crate) fn by_variable(variable: &str) -> Option<&'static Key> {
    ALL.iter().find(|key| key.variable == Some(variable))
}

/// The names of a table's keys; none for a table that does not exist.
pub(crate) fn names(section: &str) -> Vec<&'static str> {
    ALL.iter().filter(|key| key.section == section).map(|key| key.name).collect()
}
