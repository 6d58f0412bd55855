-- Two roles for the database that psql is connected to as a superuser: dashboard_owner, who migrates and owns the tables,
-- and dashboard, who serves pages and follows. Tables that are there already change hands as docs/operations.md says. What
-- dashboard may do with them is said by "manage.py grant dashboard", after each migration. Passwords come from the
-- environment, or from the secrets of compose.yaml. May be run again, for new passwords too.
\set owner_password `echo "${OWNER_PASSWORD:-$(cat /run/secrets/owner_password)}"`
\set dashboard_password `echo "${DASHBOARD_PASSWORD:-$(cat /run/secrets/dashboard_password)}"`
SELECT 'CREATE ROLE ' || name FROM unnest(ARRAY['dashboard_owner', 'dashboard']) AS name
  WHERE name NOT IN (SELECT rolname FROM pg_roles) \gexec
ALTER ROLE dashboard_owner LOGIN PASSWORD :'owner_password';
ALTER ROLE dashboard LOGIN PASSWORD :'dashboard_password';
ALTER DATABASE :"DBNAME" OWNER TO dashboard_owner;
-- No temporary tables either: one named like a table of ours would stand in front of it.
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO dashboard;
