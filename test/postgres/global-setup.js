/** One embedded PostgreSQL serves a whole test run; the first test that needs it starts it. */
export default function setup() {
  process.env.FAIRLINE_TEST_RUN = String(process.pid);
  process.env.TZ = 'America/New_York';
}
