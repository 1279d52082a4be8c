-- What was judged, by what, and with which result. Facts: rows are added and never changed. What a judged day rests on can be read again
-- from the call log at `cursor` and from the reference data at `reference_position`.
CREATE SCHEMA IF NOT EXISTS fair_use;

CREATE TABLE fair_use.judged_day (
  policy              text         NOT NULL,
  day                 date         NOT NULL,
  policy_version      integer      NOT NULL,
  judged_at           timestamptz  NOT NULL,    -- business clock
  judged_by           text         NOT NULL,
  forced              boolean      NOT NULL,    -- judged although a source had not shown an instant past the day's end
  missing_sources     text[]       NOT NULL,
  event_id            uuid         NOT NULL,
  first_complete_day  date         NOT NULL,
  reference_position  bigint       NOT NULL,    -- subscriptions and catalogue as known at this position of the event store
  cursor              bigint[]     NOT NULL,    -- last seq of each bucket, 0 to 255
  calls               bigint       NOT NULL,    -- judged calls answered in the longest window of the policy
  checksum            bigint       NOT NULL,    -- of these calls
  exceptions          jsonb        NOT NULL,    -- those that touch the window, as known then
  incomplete_days     date[]       NOT NULL,
  accounts_judged     integer      NOT NULL,
  CONSTRAINT judged_day_pk PRIMARY KEY (policy, day),
  CONSTRAINT judged_day_buckets CHECK (cardinality(cursor) = 256)
);

-- The average customer of each rule and cohort. plan '*': all accounts on plans with the policy.
CREATE TABLE fair_use.day_baseline (
  policy       text     NOT NULL,
  day          date     NOT NULL,
  rule         text     NOT NULL,
  plan         text     NOT NULL,
  accounts     integer  NOT NULL,
  averaged     integer  NOT NULL,
  mean         numeric  NOT NULL,
  median       numeric  NOT NULL,
  p10          numeric  NOT NULL,
  p90          numeric  NOT NULL,
  mean_of_day  numeric,                         -- minutes per seat on the day itself
  CONSTRAINT day_baseline_pk PRIMARY KEY (policy, day, rule, plan)
);

-- Lean: only what the next day needs to know, and warnings. No row: clear or not judged, and no run of days goes on.
CREATE TABLE fair_use.verdict (
  policy         text      NOT NULL,
  day            date      NOT NULL,
  account        text      NOT NULL,
  rule           text      NOT NULL,
  status         text      NOT NULL,
  reason         text,                          -- why it was not judged
  value          numeric,
  bound          numeric,
  exceeded_days  smallint  NOT NULL,            -- judged days in a row, up to this one, on which the conditions held
  calm_days      smallint  NOT NULL,
  in_breach      boolean   NOT NULL,
  CONSTRAINT verdict_pk PRIMARY KEY (policy, day, account, rule),
  CONSTRAINT verdict_status CHECK (status IN ('breached', 'warning', 'clear', 'not-judged'))
);
CREATE INDEX verdict_account ON fair_use.verdict (account, day);

CREATE TABLE fair_use.finding (
  id           uuid    NOT NULL,                -- caused by policy, account, rule and day
  policy       text    NOT NULL,
  day          date    NOT NULL,
  account      text    NOT NULL,
  rule         text    NOT NULL,
  first_day    date    NOT NULL,
  window_from  date    NOT NULL,
  evidence     jsonb   NOT NULL,                -- all figures; calls of episodes and bursts by reference to fair_use.evidence
  CONSTRAINT finding_pk PRIMARY KEY (id),
  CONSTRAINT finding_once UNIQUE (policy, day, account, rule)
);
CREATE INDEX finding_account ON fair_use.finding (account, day);

-- The calls of one episode or burst, kept once for all the windows that show it; the id follows from its calls.
CREATE TABLE fair_use.evidence (
  id       uuid   NOT NULL,
  account  text   NOT NULL,
  calls    jsonb  NOT NULL,                     -- source and id, answer, seconds
  CONSTRAINT evidence_pk PRIMARY KEY (id)
);

-- Days with an outage of a source: they count for nobody. Marked before they are judged.
CREATE TABLE fair_use.incomplete_day (
  day        date  NOT NULL,
  reason     text  NOT NULL,
  marked_by  text  NOT NULL,
  CONSTRAINT incomplete_day_pk PRIMARY KEY (day)
);

CREATE TRIGGER judged_day_append_only BEFORE UPDATE OR DELETE ON fair_use.judged_day FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER judged_day_no_truncate BEFORE TRUNCATE ON fair_use.judged_day FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER day_baseline_append_only BEFORE UPDATE OR DELETE ON fair_use.day_baseline FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER day_baseline_no_truncate BEFORE TRUNCATE ON fair_use.day_baseline FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER finding_append_only BEFORE UPDATE OR DELETE ON fair_use.finding FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER finding_no_truncate BEFORE TRUNCATE ON fair_use.finding FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER evidence_append_only BEFORE UPDATE OR DELETE ON fair_use.evidence FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER evidence_no_truncate BEFORE TRUNCATE ON fair_use.evidence FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON fair_use.judged_day, fair_use.day_baseline, fair_use.finding, fair_use.evidence FROM PUBLIC;

INSERT INTO platform.placement (relation, kind) VALUES
  ('fair_use.judged_day', 'coordinator'),
  ('fair_use.day_baseline', 'coordinator'),
  ('fair_use.verdict', 'coordinator'),
  ('fair_use.finding', 'coordinator'),
  ('fair_use.evidence', 'coordinator'),
  ('fair_use.incomplete_day', 'coordinator');
