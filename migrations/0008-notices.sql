-- Letters to customers. `notice` is a read model of the streams `notice-<id>`, written in the transaction of the events. `letter` and
-- `report` are data of their own: addresses and mails are personal data and stand beside the events, which hold their hashes.
CREATE SCHEMA notices;

CREATE TABLE notices.notice (
  id                uuid         NOT NULL,
  case_id           uuid         NOT NULL,
  account           text         NOT NULL,
  status            text         NOT NULL,
  language          text         NOT NULL,
  written_on        date         NOT NULL,
  stop_by           date         NOT NULL,      -- last day on which to stop, for who gets the letter on the day it was written
  letter_hash       text         NOT NULL,      -- SHA-256 of the mail as sent
  attempts          smallint     NOT NULL,      -- dialogues with a mail server that were begun
  not_before        timestamptz,                -- business clock: when a waiting notice is due again
  accepted_at       timestamptz,
  message_id        text,
  evidence          text,
  cause             text,                       -- why it waits, failed, bounced or is uncertain
  response_code     smallint,
  stream_version    integer      NOT NULL,
  updated_position  bigint       NOT NULL,
  CONSTRAINT notice_pk PRIMARY KEY (id),
  CONSTRAINT notice_status CHECK (status IN ('prepared', 'attempted', 'waiting', 'uncertain', 'accepted', 'acknowledged', 'failed', 'bounced')),
  CONSTRAINT notice_waiting CHECK (status <> 'waiting' OR not_before IS NOT NULL)
);
CREATE INDEX notice_case ON notices.notice (case_id);
-- What still wants something: never many.
CREATE INDEX notice_unfinished ON notices.notice (status, not_before, id) WHERE status IN ('prepared', 'attempted', 'waiting', 'uncertain');

CREATE TABLE notices.letter (
  notice_id   uuid   NOT NULL,
  recipient   text,                             -- null: the account has nobody to write to
  subject     text   NOT NULL,
  text_body   text   NOT NULL,
  html_body   text   NOT NULL,
  message_id  text   NOT NULL,
  mail        text   NOT NULL,                  -- the whole message, byte for byte as sent (7-bit)
  CONSTRAINT letter_pk PRIMARY KEY (notice_id),
  CONSTRAINT letter_message_id UNIQUE (message_id)
);

-- What mail servers said: the reply to a dialogue, and reports that came back.
CREATE TABLE notices.report (
  event_id    uuid   NOT NULL,
  notice_id   uuid   NOT NULL,
  content     text   NOT NULL,
  CONSTRAINT report_pk PRIMARY KEY (event_id)
);
CREATE INDEX report_notice ON notices.report (notice_id);

INSERT INTO platform.placement (relation, kind) VALUES
  ('notices.notice', 'coordinator'),
  ('notices.letter', 'coordinator'),
  ('notices.report', 'coordinator');
