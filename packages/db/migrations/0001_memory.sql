CREATE TABLE "consolidations" (
	"workspace_id" text NOT NULL,
	"session_id" text NOT NULL,
	"id" text NOT NULL,
	"generation" integer NOT NULL,
	"trigger" text NOT NULL,
	"folded_ids" text[] NOT NULL,
	"kept_ids" text[] NOT NULL,
	"sentences" jsonb NOT NULL,
	"messages_before" integer NOT NULL,
	"messages_after" integer NOT NULL,
	"tokens_before" integer NOT NULL,
	"tokens_after" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "consolidations_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "erasures" (
	"workspace_id" text NOT NULL,
	"id" text NOT NULL,
	"subject" text NOT NULL,
	"subject_id" text NOT NULL,
	"stores" jsonb NOT NULL,
	"requested_at" timestamp (3) with time zone NOT NULL,
	"completed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "erasures_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "memory_edges" (
	"workspace_id" text NOT NULL,
	"session_id" text NOT NULL,
	"from_id" text NOT NULL,
	"to_id" text NOT NULL,
	"type" text NOT NULL,
	"weight" double precision NOT NULL,
	CONSTRAINT "memory_edges_workspace_id_session_id_from_id_to_id_type_pk" PRIMARY KEY("workspace_id","session_id","from_id","to_id","type")
);
--> statement-breakpoint
CREATE TABLE "memory_nodes" (
	"workspace_id" text NOT NULL,
	"session_id" text NOT NULL,
	"id" text NOT NULL,
	"type" text NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"aliases" jsonb NOT NULL,
	"mentions" integer NOT NULL,
	"weight" double precision NOT NULL,
	"valence_sum" double precision NOT NULL,
	"arousal_sum" double precision NOT NULL,
	"felt" integer NOT NULL,
	"first_sequence" integer NOT NULL,
	"last_sequence" integer NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "memory_nodes_workspace_id_session_id_id_pk" PRIMARY KEY("workspace_id","session_id","id")
);
--> statement-breakpoint
CREATE TABLE "topic_priorities" (
	"workspace_id" text NOT NULL,
	"session_id" text NOT NULL,
	"key" text NOT NULL,
	"topic" text NOT NULL,
	"priority" text NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "topic_priorities_workspace_id_session_id_key_pk" PRIMARY KEY("workspace_id","session_id","key")
);
--> statement-breakpoint
CREATE TABLE "jobs" (
	"workspace_id" text NOT NULL,
	"session_id" text NOT NULL,
	"id" text NOT NULL,
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"run_after" timestamp (3) with time zone NOT NULL,
	"last_error" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "jobs_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"start" text NOT NULL,
	"scopes" text[] NOT NULL,
	"rate_limited" text NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "emotional_states" (
	"workspace_id" text NOT NULL,
	"session_id" text NOT NULL,
	"message_id" text NOT NULL,
	"sequence" integer NOT NULL,
	"emotion" text NOT NULL,
	"confidence" double precision NOT NULL,
	"valence" double precision NOT NULL,
	"arousal" double precision NOT NULL,
	"words" jsonb NOT NULL,
	"state_emotion" text NOT NULL,
	"state_valence" double precision NOT NULL,
	"state_arousal" double precision NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "emotional_states_workspace_id_message_id_pk" PRIMARY KEY("workspace_id","message_id")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"workspace_id" text NOT NULL,
	"session_id" text NOT NULL,
	"id" text NOT NULL,
	"sequence" integer NOT NULL,
	"interaction_id" text,
	"external_id" text,
	"role" text NOT NULL,
	"name" text,
	"content" text NOT NULL,
	"tokens" integer NOT NULL,
	"placement" text NOT NULL,
	"kept_reason" text,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"embedding" halfvec(256),
	"search" "tsvector" GENERATED ALWAYS AS (to_tsvector('english', left(content, 100000))) STORED,
	CONSTRAINT "messages_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "idempotency_records" (
	"workspace_id" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" text NOT NULL,
	"answer" jsonb NOT NULL,
	"session_ids" text[] NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_records_workspace_id_key_pk" PRIMARY KEY("workspace_id","key")
);
--> statement-breakpoint
CREATE TABLE "usage" (
	"workspace_id" text NOT NULL,
	"key_id" text NOT NULL,
	"day" date NOT NULL,
	"slot" integer NOT NULL,
	"writes" bigint NOT NULL,
	"messages_stored" bigint NOT NULL,
	"tokens_stored" bigint NOT NULL,
	CONSTRAINT "usage_workspace_id_key_id_day_slot_pk" PRIMARY KEY("workspace_id","key_id","day","slot")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"workspace_id" text NOT NULL,
	"id" text NOT NULL,
	"external_id" text,
	"user_id" text,
	"application" text,
	"metadata" jsonb NOT NULL,
	"consolidation_threshold" integer NOT NULL,
	"token_threshold" integer NOT NULL,
	"message_count" integer DEFAULT 0 NOT NULL,
	"token_count" bigint DEFAULT 0 NOT NULL,
	"live_messages" integer DEFAULT 0 NOT NULL,
	"live_tokens" bigint DEFAULT 0 NOT NULL,
	"node_count" integer DEFAULT 0 NOT NULL,
	"edge_count" integer DEFAULT 0 NOT NULL,
	"folded_count" integer DEFAULT 0 NOT NULL,
	"consolidated_through" integer DEFAULT 0 NOT NULL,
	"emotional_state" jsonb,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "sessions_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "workspaces" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"plan" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "consolidations" ADD CONSTRAINT "consolidations_workspace_id_session_id_sessions_workspace_id_id_fk" FOREIGN KEY ("workspace_id","session_id") REFERENCES "public"."sessions"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memory_edges" ADD CONSTRAINT "memory_edges_workspace_id_session_id_sessions_workspace_id_id_fk" FOREIGN KEY ("workspace_id","session_id") REFERENCES "public"."sessions"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memory_nodes" ADD CONSTRAINT "memory_nodes_workspace_id_session_id_sessions_workspace_id_id_fk" FOREIGN KEY ("workspace_id","session_id") REFERENCES "public"."sessions"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "topic_priorities" ADD CONSTRAINT "topic_priorities_workspace_id_session_id_sessions_workspace_id_id_fk" FOREIGN KEY ("workspace_id","session_id") REFERENCES "public"."sessions"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_workspace_id_session_id_sessions_workspace_id_id_fk" FOREIGN KEY ("workspace_id","session_id") REFERENCES "public"."sessions"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emotional_states" ADD CONSTRAINT "emotional_states_workspace_id_session_id_sessions_workspace_id_id_fk" FOREIGN KEY ("workspace_id","session_id") REFERENCES "public"."sessions"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_workspace_id_session_id_sessions_workspace_id_id_fk" FOREIGN KEY ("workspace_id","session_id") REFERENCES "public"."sessions"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "consolidations_generation" ON "consolidations" USING btree ("workspace_id","session_id","generation");--> statement-breakpoint
CREATE INDEX "erasures_subject" ON "erasures" USING btree ("workspace_id","subject","subject_id");--> statement-breakpoint
CREATE INDEX "memory_edges_to" ON "memory_edges" USING btree ("workspace_id","session_id","to_id","weight" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "memory_nodes_weight" ON "memory_nodes" USING btree ("workspace_id","session_id","weight" DESC NULLS LAST);--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_waiting" ON "jobs" USING btree ("workspace_id","session_id","kind") WHERE "jobs"."state" = 'waiting';--> statement-breakpoint
CREATE INDEX "jobs_due" ON "jobs" USING btree ("state","run_after");--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_hash" ON "api_keys" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "api_keys_workspace" ON "api_keys" USING btree ("workspace_id");--> statement-breakpoint
CREATE INDEX "emotional_states_sequence" ON "emotional_states" USING btree ("workspace_id","session_id","sequence" DESC NULLS LAST);--> statement-breakpoint
CREATE UNIQUE INDEX "messages_sequence" ON "messages" USING btree ("workspace_id","session_id","sequence");--> statement-breakpoint
CREATE INDEX "messages_kept" ON "messages" USING btree ("workspace_id","session_id","sequence") WHERE "messages"."placement" = 'kept';--> statement-breakpoint
CREATE UNIQUE INDEX "messages_external_id" ON "messages" USING btree ("workspace_id","session_id","external_id") WHERE "messages"."external_id" is not null;--> statement-breakpoint
CREATE INDEX "messages_search" ON "messages" USING gin ("workspace_id","search");--> statement-breakpoint
CREATE INDEX "idempotency_records_sessions" ON "idempotency_records" USING gin ("workspace_id","session_ids");--> statement-breakpoint
CREATE INDEX "idempotency_records_expiry" ON "idempotency_records" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "sessions_external_id" ON "sessions" USING btree ("workspace_id","external_id") WHERE "sessions"."external_id" is not null;--> statement-breakpoint
CREATE INDEX "sessions_recent" ON "sessions" USING btree ("workspace_id","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "sessions_application" ON "sessions" USING btree ("workspace_id","application","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("workspace_id","user_id","created_at" DESC NULLS LAST);