ALTER TABLE "messages" ADD COLUMN "features" "bytea";--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "embedding_sum" vector;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "embedding_name" text;