import { z } from "zod";

/** What a submission must look like: the checks that both HTTP yardsticks make. */
export const submission = z.object({
  prompt: z
    .string()
    .min(1)
    .max(1024 * 1024),
  task_id: z.string().min(1).max(128).optional(),
  run_id: z.string().min(1).max(128).optional(),
  executor: z.enum(["mock", "shell"]).optional(),
  timeout_seconds: z.int().min(1).max(86_400).optional(),
  max_attempts: z.int().min(1).max(10).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  metadata: z.unknown().optional(),
});
