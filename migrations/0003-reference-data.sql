-- What calls are rated by: catalogue, tariffs, accounts. Every change is an event; `position` is the event's position in es.event,
-- so anything can be read as known at a position: known_from <= P and (known_to is null or known_to > P).
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE SCHEMA catalogue;
CREATE SCHEMA rating;
CREATE SCHEMA accounts;

-- Position of the last event that changes how calls are assigned or rated. Locked by each such change, so they have one order;
-- bucket heads hold the position by which a bucket was last rated.
CREATE TABLE catalogue.reference_head (
  id        smallint NOT NULL DEFAULT 1,
  position  bigint   NOT NULL,
  CONSTRAINT reference_head_pk PRIMARY KEY (id),
  CONSTRAINT reference_head_single CHECK (id = 1)
);
INSERT INTO catalogue.reference_head (position) VALUES (0);

CREATE TABLE catalogue.catalogue_version (
  valid_from   date,                      -- null: from the beginning
  fingerprint  text        NOT NULL,
  source       text        NOT NULL,      -- the YAML as it was loaded
  position     bigint      NOT NULL,
  loaded_at    timestamptz NOT NULL,
  CONSTRAINT catalogue_version_pk PRIMARY KEY (position),
  CONSTRAINT catalogue_version_valid_from UNIQUE NULLS NOT DISTINCT (valid_from)
);

-- Tariffs are reference tables: bucket functions and checks on every node may read them. A version counts once it is published.
CREATE TABLE rating.tariff_version (
  tariff           text     NOT NULL,
  valid_from       date     NOT NULL,
  fingerprint      text     NOT NULL,
  charge_decimals  smallint NOT NULL,
  periods          jsonb    NOT NULL,     -- the weekly hours as they were at the load
  CONSTRAINT tariff_version_pk PRIMARY KEY (tariff, valid_from)
);
CREATE TABLE rating.tariff_prefix (
  tariff               text   NOT NULL,
  valid_from           date   NOT NULL,
  prefix               text   NOT NULL,
  destination          text   NOT NULL,
  class                text   NOT NULL,
  connect_fee_micro    bigint NOT NULL,
  maximum_charge_micro bigint,
  bands                jsonb  NOT NULL,
  CONSTRAINT tariff_prefix_pk PRIMARY KEY (tariff, valid_from, prefix),
  CONSTRAINT tariff_prefix_version FOREIGN KEY (tariff, valid_from) REFERENCES rating.tariff_version (tariff, valid_from) ON DELETE CASCADE
);
CREATE TABLE rating.tariff_published (
  tariff       text        NOT NULL,
  valid_from   date        NOT NULL,
  fingerprint  text        NOT NULL,
  position     bigint      NOT NULL,
  loaded_at    timestamptz NOT NULL,
  CONSTRAINT tariff_published_pk PRIMARY KEY (tariff, valid_from)
);

CREATE TABLE accounts.reseller (
  id           text   NOT NULL,
  name         text   NOT NULL,
  email        text,
  fingerprint  text   NOT NULL,
  position     bigint NOT NULL,
  CONSTRAINT reseller_pk PRIMARY KEY (id)
);
CREATE TABLE accounts.account (
  id           text   NOT NULL,
  reseller     text,
  fingerprint  text   NOT NULL,           -- of the record as last loaded, so that loading it again is seen as unchanged
  position     bigint NOT NULL,
  CONSTRAINT account_pk PRIMARY KEY (id),
  CONSTRAINT account_reseller FOREIGN KEY (reseller) REFERENCES accounts.reseller (id)
);
-- Names, addresses and bank details are personal data: here and nowhere else. Dated, never overwritten.
CREATE TABLE accounts.account_details (
  account         text   NOT NULL,
  effective_from  date   NOT NULL,
  position        bigint NOT NULL,
  name            text   NOT NULL,
  language        text   NOT NULL,
  address         jsonb,
  kvk             text,
  vat_number      text,
  iban            text,
  mandate         jsonb,
  contacts        jsonb  NOT NULL,
  allowed_networks jsonb NOT NULL,
  CONSTRAINT account_details_pk PRIMARY KEY (account, effective_from, position),
  CONSTRAINT account_details_account FOREIGN KEY (account) REFERENCES accounts.account (id),
  CONSTRAINT account_details_language CHECK (language IN ('nl', 'en'))
);
CREATE TABLE accounts.number_assignment (
  id          uuid        NOT NULL,
  account     text        NOT NULL,
  number      text        NOT NULL,
  valid_from  timestamptz NOT NULL,
  valid_to    timestamptz,
  known_from  bigint      NOT NULL,
  known_to    bigint,
  CONSTRAINT number_assignment_pk PRIMARY KEY (id, known_from),
  CONSTRAINT number_assignment_account FOREIGN KEY (account) REFERENCES accounts.account (id),
  CONSTRAINT number_assignment_valid CHECK (valid_to IS NULL OR valid_to > valid_from),
  CONSTRAINT number_assignment_one_account EXCLUDE USING gist (number WITH =, tstzrange(valid_from, valid_to) WITH &&) WHERE (known_to IS NULL)
);
CREATE INDEX number_assignment_by_account ON accounts.number_assignment (account);
CREATE TABLE accounts.user_assignment (
  id            uuid        NOT NULL,
  account       text        NOT NULL,
  user_id       text        NOT NULL,
  number        text,
  subscription  text,
  test          boolean     NOT NULL,
  valid_from    timestamptz NOT NULL,
  valid_to      timestamptz,
  known_from    bigint      NOT NULL,
  known_to      bigint,
  CONSTRAINT user_assignment_pk PRIMARY KEY (id, known_from),
  CONSTRAINT user_assignment_account FOREIGN KEY (account) REFERENCES accounts.account (id),
  CONSTRAINT user_assignment_valid CHECK (valid_to IS NULL OR valid_to > valid_from),
  CONSTRAINT user_assignment_one_place EXCLUDE USING gist (user_id WITH =, tstzrange(valid_from, valid_to) WITH &&) WHERE (known_to IS NULL)
);
CREATE INDEX user_assignment_by_account ON accounts.user_assignment (account);
-- Read model of the subscription streams, written in the transaction of the event.
CREATE TABLE accounts.subscription (
  account       text    NOT NULL,
  subscription  text    NOT NULL,
  plan          text    NOT NULL,
  seats         integer NOT NULL,
  valid_from    date    NOT NULL,
  valid_to      date,                     -- exclusive
  known_from    bigint  NOT NULL,
  known_to      bigint,
  CONSTRAINT subscription_pk PRIMARY KEY (account, subscription, valid_from, known_from),
  CONSTRAINT subscription_account FOREIGN KEY (account) REFERENCES accounts.account (id),
  CONSTRAINT subscription_seats CHECK (seats BETWEEN 1 AND 1000000),
  CONSTRAINT subscription_valid CHECK (valid_to IS NULL OR valid_to >= valid_from)
);
CREATE TABLE accounts.add_on (
  account         text    NOT NULL,
  add_on          text    NOT NULL,
  retention_days  integer,
  valid_from      date    NOT NULL,
  valid_to        date,
  known_from      bigint  NOT NULL,
  known_to        bigint,
  CONSTRAINT add_on_pk PRIMARY KEY (account, add_on, valid_from, known_from),
  CONSTRAINT add_on_account FOREIGN KEY (account) REFERENCES accounts.account (id)
);

INSERT INTO platform.placement (relation, kind) VALUES
  ('catalogue.reference_head', 'coordinator'),
  ('catalogue.catalogue_version', 'coordinator'),
  ('rating.tariff_version', 'reference'),
  ('rating.tariff_prefix', 'reference'),
  ('rating.tariff_published', 'coordinator'),
  ('accounts.reseller', 'coordinator'),
  ('accounts.account', 'coordinator'),
  ('accounts.account_details', 'coordinator'),
  ('accounts.number_assignment', 'coordinator'),
  ('accounts.user_assignment', 'coordinator'),
  ('accounts.subscription', 'coordinator'),
  ('accounts.add_on', 'coordinator');
SELECT platform.apply_placement();
