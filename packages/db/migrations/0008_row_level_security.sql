-- The second lock between tenants. The first is the workspace id in every query; this one holds where a query forgets it.
--
-- `pact.workspace` names the workspace that a connection speaks for; unset, it sees nothing, and '*' stands for all.
-- The service acts as pact_app: superusers, and owners before FORCE, are not asked.
DO $$
DECLARE
	attempt int;
	wanted text;
BEGIN
	-- Roles belong to the server and not to the database: several databases may be migrated at the same moment.
	FOR attempt IN 1..20 LOOP
		BEGIN
			FOREACH wanted IN ARRAY ARRAY['pact_app', 'pact_search'] LOOP
				IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
					EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT', wanted);
				END IF;
				-- A superuser acts as anyone; everyone else needs to be a member, by this grant or by an administrator's.
				IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
					BEGIN
						EXECUTE format('GRANT %I TO %I', wanted, current_user);
					EXCEPTION WHEN insufficient_privilege THEN
						IF NOT pg_has_role(current_user, wanted, 'MEMBER') THEN RAISE; END IF;
					END;
				END IF;
			END LOOP;
			EXIT;
		EXCEPTION WHEN duplicate_object OR unique_violation OR internal_error THEN
			IF attempt = 20 THEN RAISE; END IF;
			PERFORM pg_sleep(0.05 * attempt);
		END;
	END LOOP;
END $$;
--> statement-breakpoint
-- Rows, and nothing but rows: no table is made, altered or dropped by the service.
GRANT USAGE ON SCHEMA public TO pact_app;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO pact_app;--> statement-breakpoint
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO pact_app;--> statement-breakpoint
DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY ARRAY['workspaces', 'api_keys', 'sessions', 'messages', 'message_embeddings', 'emotional_states',
		'memory_nodes', 'memory_names', 'memory_edges', 'topic_priorities', 'consolidations', 'archives', 'erasures', 'jobs',
		'idempotency_records', 'usage'] LOOP
		EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
		EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
		EXECUTE format(
			'CREATE POLICY own_workspace ON %1$I
				USING (%2$I = current_setting(''pact.workspace'', true) OR current_setting(''pact.workspace'', true) = ''*'')
				WITH CHECK (%2$I = current_setting(''pact.workspace'', true) OR current_setting(''pact.workspace'', true) = ''*'')',
			name, CASE name WHEN 'workspaces' THEN 'id' ELSE 'workspace_id' END);
	END LOOP;
END $$;
--> statement-breakpoint
-- A policy is asked before any operator that might give a row away in an error message, and `@@` and `&&` count among those:
-- under pact_app no GIN index is searched by them, and every row of the workspace would be read instead. What needs those
-- indexes therefore goes through the two functions below. They run as pact_search, which nobody logs in as and which may
-- read nothing but what they read; each holds its workspace against the connection's scope itself, once, before it starts.
GRANT USAGE ON SCHEMA public TO pact_search;--> statement-breakpoint
GRANT SELECT (workspace_id, session_id, search) ON messages TO pact_search;--> statement-breakpoint
GRANT SELECT (workspace_id, id, user_id) ON sessions TO pact_search;--> statement-breakpoint
GRANT SELECT (workspace_id, key, session_ids) ON idempotency_records TO pact_search;--> statement-breakpoint
CREATE POLICY for_search ON messages FOR SELECT TO pact_search USING (true);--> statement-breakpoint
CREATE POLICY for_search ON sessions FOR SELECT TO pact_search USING (true);--> statement-breakpoint
CREATE POLICY for_search ON idempotency_records FOR SELECT TO pact_search USING (true);--> statement-breakpoint
-- How often each word comes up in which session, among the `most` first messages that have it; of one user, or of all.
-- The planner does not know how rare a word is: a limit makes it hope to find some soon by reading everything. Bitmaps leave
-- it no way but the index.
CREATE FUNCTION sessions_with_words(workspace text, words text[], of_user text, most int)
	RETURNS TABLE (word text, session_id text, matches int)
	LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	SET enable_seqscan = off SET enable_indexscan = off
	AS $$
		SELECT w.word, found.session_id, count(*)::int
		FROM unnest(words) AS w(word), LATERAL (
			SELECT m.session_id FROM public.messages m
			WHERE m.workspace_id = workspace AND m.search @@ plainto_tsquery('english', w.word)
				AND (of_user IS NULL OR m.session_id IN (
					SELECT s.id FROM public.sessions s WHERE s.workspace_id = workspace AND s.user_id = of_user))
			LIMIT most) AS found
		WHERE workspace = current_setting('pact.workspace', true) OR current_setting('pact.workspace', true) = '*'
		GROUP BY 1, 2
	$$;--> statement-breakpoint
-- Keys of the recorded answers that quote one of these sessions.
CREATE FUNCTION answers_quoting(workspace text, sessions text[])
	RETURNS SETOF text
	LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS $$
		SELECT r.key FROM public.idempotency_records r
		WHERE r.workspace_id = workspace AND r.session_ids && sessions
			AND (workspace = current_setting('pact.workspace', true) OR current_setting('pact.workspace', true) = '*')
	$$;--> statement-breakpoint
REVOKE ALL ON FUNCTION sessions_with_words, answers_quoting FROM PUBLIC;--> statement-breakpoint
GRANT EXECUTE ON FUNCTION sessions_with_words, answers_quoting TO pact_app;--> statement-breakpoint
DO $$
BEGIN
	-- An owner needs to be able to create what it owns, at the moment when it is given it.
	GRANT CREATE ON SCHEMA public TO pact_search;
	ALTER FUNCTION sessions_with_words OWNER TO pact_search;
	ALTER FUNCTION answers_quoting OWNER TO pact_search;
	REVOKE CREATE ON SCHEMA public FROM pact_search;
	-- A member of pact_search would share its policies: whoever migrates goes back to being held like everyone.
	IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
		EXECUTE format('REVOKE pact_search FROM %I', current_user);
	END IF;
END $$;
