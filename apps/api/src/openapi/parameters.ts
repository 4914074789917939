import * as z from "zod";

/** `/tasks/{task_id}` */
export const taskPath = z.object({
  task_id: z.string().meta({
    description: "Percent-encoded: `a/b` is `/tasks/a%2Fb`.",
    examples: ["greeting"],
  }),
});

/** `/runs/{run_id}` */
export const runPath = z.object({
  run_id: z.string().meta({ description: "Percent-encoded.", examples: ["night-build"] }),
});

export const executionQuery = z.object({
  execution: z.int().min(1).optional().meta({ description: "An older execution; the newest where absent." }),
});

export const preferHeader = z.object({
  Prefer: z
    .string()
    .optional()
    .meta({
      description:
        "`wait=30`: answers once the task has ended or 30 s are up, 300 at most (RFC 7240). The answer is the same.",
      examples: ["wait=30"],
    }),
});

export const idempotencyHeader = z.object({
  "Idempotency-Key": z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({
      description:
        "Printable ASCII, kept for 24 h. The same key and content gets the first answer again, whether the task has ended or not; other content 422. A key belongs to the token that sent it.",
      examples: ["7b6f2c1e"],
    }),
});

export const lastEventIdHeader = z.object({
  "Last-Event-ID": z
    .string()
    .optional()
    .meta({
      description:
        "The id of the last event that was seen: the stream goes on behind it, at any API process.",
      examples: ["1.1.7.1024.0"],
    }),
});

export const locationHeader = z.object({
  Location: z.string().meta({ description: "Where the task is.", examples: ["/tasks/greeting"] }),
});

export const preferenceAppliedHeader = z.object({
  "Preference-Applied": z
    .string()
    .optional()
    .meta({
      description: "How long it would have waited at most, with Prefer.",
      examples: ["wait=30"],
    }),
});
