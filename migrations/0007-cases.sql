-- The life of a breach, as read models of the streams `case-<id>`: written in the transaction of the events, filled again from them at
-- any time. Only `excepted_number` is data of its own: a telephone number is kept beside the events, which hold its id.
CREATE SCHEMA IF NOT EXISTS fair_use;

CREATE TABLE fair_use.case_file (
  id                   uuid         NOT NULL,
  account              text         NOT NULL,
  status               text         NOT NULL,
  plan                 text         NOT NULL,
  policy               text         NOT NULL,
  policy_version       integer      NOT NULL,
  rules                text[]       NOT NULL,
  opened_on            date         NOT NULL,
  first_day            date         NOT NULL,
  last_day             date         NOT NULL,
  deadline_days        smallint     NOT NULL,
  after_days           smallint     NOT NULL,
  notice_id            uuid,
  notice_status        text,
  notice_rules         text[]       NOT NULL,
  notice_delivered_at  timestamptz,
  notice_evidence      text,
  deadline             date,                   -- last day, inclusive, on which to stop
  measure_id           uuid,
  measure_kind         text,
  measure_from         date,
  measure_approved_by  text,
  measure_applied_on   date,
  answered_through     date,                   -- what went on up to this day is dealt with, for the rules beside
  answered_rules       text[]       NOT NULL,
  owner                text,
  stream_version       integer      NOT NULL,
  updated_position     bigint       NOT NULL,
  CONSTRAINT case_file_pk PRIMARY KEY (id),
  CONSTRAINT case_file_status CHECK (status IN ('open', 'noticed', 'cured', 'continued', 'measure-proposed', 'measure-applied', 'closed', 'dismissed')),
  CONSTRAINT case_file_notice_status CHECK (notice_status IN ('requested', 'delivered', 'failed')),
  CONSTRAINT case_file_deadline CHECK ((deadline IS NULL) = (notice_delivered_at IS NULL))
);
-- An account has one case at a time. A cured one holds the place until it is closed.
CREATE UNIQUE INDEX case_file_one_per_account ON fair_use.case_file (account) WHERE status NOT IN ('closed', 'dismissed');
CREATE INDEX case_file_account ON fair_use.case_file (account, opened_on);
CREATE INDEX case_file_status_opened ON fair_use.case_file (status, opened_on DESC, id);
CREATE INDEX case_file_opened ON fair_use.case_file (opened_on DESC, id);

CREATE TABLE fair_use.case_finding (
  case_id      uuid   NOT NULL,
  finding_id   text   NOT NULL,
  rule         text   NOT NULL,
  first_day    date   NOT NULL,
  last_day     date   NOT NULL,
  window_from  date   NOT NULL,
  CONSTRAINT case_finding_pk PRIMARY KEY (finding_id)    -- a finding is evidence in one case
);
CREATE INDEX case_finding_case ON fair_use.case_finding (case_id, last_day);

CREATE TABLE fair_use.case_exception (
  event_id        uuid   NOT NULL,
  case_id         uuid   NOT NULL,
  account         text   NOT NULL,
  rule            text,                         -- null: every rule
  excepted_user   text,                         -- null: every user
  number_id       uuid,                         -- null: every number
  from_day        date   NOT NULL,
  until_day       date   NOT NULL,              -- inclusive
  reason          text   NOT NULL,
  CONSTRAINT case_exception_pk PRIMARY KEY (event_id),
  CONSTRAINT case_exception_days CHECK (from_day <= until_day)
);
CREATE INDEX case_exception_account ON fair_use.case_exception (account, until_day);

CREATE TABLE fair_use.excepted_number (
  id      uuid   NOT NULL,
  number  text   NOT NULL,
  CONSTRAINT excepted_number_pk PRIMARY KEY (id)
);

INSERT INTO platform.placement (relation, kind) VALUES
  ('fair_use.case_file', 'coordinator'),
  ('fair_use.case_finding', 'coordinator'),
  ('fair_use.case_exception', 'coordinator'),
  ('fair_use.excepted_number', 'coordinator');
