CREATE TABLE "memory_names" (
	"workspace_id" text NOT NULL,
	"session_id" text NOT NULL,
	"key" text NOT NULL,
	"node_id" text NOT NULL,
	"full_key" text NOT NULL,
	"entity_type" text,
	CONSTRAINT "memory_names_workspace_id_session_id_key_pk" PRIMARY KEY("workspace_id","session_id","key")
);
--> statement-breakpoint
ALTER TABLE "memory_nodes" ADD COLUMN "entity_type" text;--> statement-breakpoint
ALTER TABLE "memory_nodes" ADD COLUMN "user_mentions" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "track_emotion" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "workspaces" ADD COLUMN "track_emotion" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "memory_names" ADD CONSTRAINT "memory_names_workspace_id_session_id_sessions_workspace_id_id_fk" FOREIGN KEY ("workspace_id","session_id") REFERENCES "public"."sessions"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
UPDATE "memory_nodes" SET "user_mentions" = "felt" WHERE "type" <> 'emotion';
