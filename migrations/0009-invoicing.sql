-- Bill runs up to reviewed drafts: read models of the streams `bill-run-<period>`. Drafts are written page by page under a build of their
-- own and count from the event on that names the build, so a run that is cut off leaves nothing but rows that nobody reads.
CREATE SCHEMA invoicing;

CREATE TABLE invoicing.build (
  id         uuid        NOT NULL,
  period     text        NOT NULL,
  begun_at   timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT build_pk PRIMARY KEY (id)
);
CREATE INDEX build_period ON invoicing.build (period);

CREATE TABLE invoicing.bill_run (
  period              text        NOT NULL,
  status              text        NOT NULL,
  revision            integer     NOT NULL,
  build               uuid        NOT NULL,   -- the drafts that count
  complete            boolean     NOT NULL,   -- the period was over when they were made
  reference_position  bigint      NOT NULL,   -- accounts, catalogue and tariffs as known here
  log_cursor          bigint[]    NOT NULL,   -- seq of buckets 0 to 255
  checksum            text        NOT NULL,   -- of all drafts with their reasons to be parked
  totals              jsonb       NOT NULL,   -- control totals: ready and parked
  compared_with       text        NOT NULL,   -- what last month's figures are: its bill run, or computed for the comparison
  drafted_by          text        NOT NULL,
  drafted_at          timestamptz NOT NULL,   -- business clock
  stream_version      integer     NOT NULL,
  updated_position    bigint      NOT NULL,
  CONSTRAINT bill_run_pk PRIMARY KEY (period),
  CONSTRAINT bill_run_period CHECK (period ~ '^\d{4}-(0[1-9]|1[0-2])$'),
  CONSTRAINT bill_run_status CHECK (status IN ('drafted')),
  CONSTRAINT bill_run_compared_with CHECK (compared_with IN ('bill-run', 'live')),
  CONSTRAINT bill_run_cursor CHECK (cardinality(log_cursor) = 256)
);

CREATE TABLE invoicing.draft (
  build           uuid    NOT NULL,
  account         text    NOT NULL,
  reverse_charge  boolean NOT NULL,
  parked          boolean NOT NULL,
  net             bigint  NOT NULL,   -- cents
  vat_total       bigint  NOT NULL,
  total           bigint  NOT NULL,
  vat             jsonb   NOT NULL,   -- categories: key, rate (hundredths of a per cent), net, vat
  problems        jsonb   NOT NULL,
  checksum        text    NOT NULL,
  CONSTRAINT draft_pk PRIMARY KEY (build, account),
  CONSTRAINT draft_total CHECK (total = net + vat_total)
);
CREATE INDEX draft_parked ON invoicing.draft (build, account) WHERE parked;

CREATE TABLE invoicing.draft_line (
  build           uuid     NOT NULL,
  account         text     NOT NULL,
  line            integer  NOT NULL,
  kind            text     NOT NULL,
  charged         boolean  NOT NULL,  -- false: shown as information
  net             bigint   NOT NULL,  -- cents, rounded once
  vat             text     NOT NULL,
  vat_rate        integer  NOT NULL,  -- hundredths of a per cent
  name            jsonb    NOT NULL,
  subscription    text,
  plan            text,
  add_on          text,
  class           text,
  from_day        date,
  through_day     date,               -- inclusive
  seats           integer,
  days            integer,
  days_of_month   integer,
  price_per_seat  bigint,             -- micro-euros, whole month
  retention_days  integer,
  calls           bigint,
  covered_calls   bigint,
  seconds         bigint,
  charge          bigint,             -- micro-euros, exact
  regular_charge  bigint,
  CONSTRAINT draft_line_pk PRIMARY KEY (build, account, line),
  CONSTRAINT draft_line_kind CHECK (kind IN ('subscription', 'add-on', 'usage')),
  CONSTRAINT draft_line_fee CHECK ((kind = 'usage') = (price_per_seat IS NULL)),
  CONSTRAINT draft_line_usage CHECK ((kind = 'usage') = (charge IS NOT NULL))
);

-- Why an account's draft can't go out as it is.
CREATE TABLE invoicing.parked_reason (
  build    uuid    NOT NULL,
  account  text    NOT NULL,
  ord      integer NOT NULL,
  code     text    NOT NULL,
  message  text    NOT NULL,
  CONSTRAINT parked_reason_pk PRIMARY KEY (build, account, ord)
);

-- Accounts whose net differs from last month's; null = had, or has, nothing to bill.
CREATE TABLE invoicing.difference (
  build       uuid   NOT NULL,
  account     text   NOT NULL,
  net_before  bigint,
  net_now     bigint,
  CONSTRAINT difference_pk PRIMARY KEY (build, account),
  CONSTRAINT difference_differs CHECK (net_before IS DISTINCT FROM net_now)
);
-- The biggest movers are asked for first.
CREATE INDEX difference_by_size ON invoicing.difference (build, abs(coalesce(net_now, 0) - coalesce(net_before, 0)) DESC, account);

INSERT INTO platform.placement (relation, kind) VALUES
  ('invoicing.build', 'coordinator'),
  ('invoicing.bill_run', 'coordinator'),
  ('invoicing.draft', 'coordinator'),
  ('invoicing.draft_line', 'coordinator'),
  ('invoicing.parked_reason', 'coordinator'),
  ('invoicing.difference', 'coordinator');
