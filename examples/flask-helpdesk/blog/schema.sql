CREATE TABLE IF NOT EXISTS ticket (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    subject     TEXT NOT NULL,
    requester   TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    opened_at   TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    closed_at   TEXT
);

CREATE INDEX IF NOT EXISTS ticket_by_state ON ticket (closed_at IS NULL, id);
