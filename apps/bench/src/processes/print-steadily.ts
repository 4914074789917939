/** A command that prints at a steady rate: node print-steadily.js '{"megabytesPerSecond": 50, "seconds": 5}' */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

const { megabytesPerSecond, seconds } = JSON.parse(process.argv[2] ?? "{}") as Record<string, number>;
const bytesPerMs = megabytesPerSecond! * 1000;
const line = `${"steady output, ".repeat(7).slice(0, 99)}\n`;
const lines = Buffer.from(line.repeat(Math.ceil((bytesPerMs * 100) / line.length)));

const start = performance.now();
for (let printed = 0; printed < bytesPerMs * seconds! * 1000; ) {
  const due = (performance.now() - start) * bytesPerMs - printed;
  const chunk = lines.subarray(0, Math.max(0, Math.floor(due)));
  printed += chunk.length;
  if (chunk.length > 0 && !process.stdout.write(chunk)) await once(process.stdout, "drain");
  await delay(5);
}
