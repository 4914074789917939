#!/usr/bin/env node
import { Command } from "commander";
import { upCommand } from "./commands/up/up-command.ts";

const program = new Command("host-runner")
  .description(
    "Runs prompts through command-line tools on real hosts, in the background, from a durable queue.",
  )
  .addCommand(upCommand(process));

await program.parseAsync();
// A verb tells by the exit code how it ended; what it left open does not keep the process.
process.exit();
