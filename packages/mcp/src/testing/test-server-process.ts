// The test server as a program: `TEST_MODE` may make it a bad one.
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { createSingleToolServer, createTestServer } from "./test-server.ts";

switch (process.env.TEST_MODE) {
  case "crash":
    process.stderr.write(`cannot read the key ${process.env.TEST_KEY}\n`);
    process.exit(1);
    break;
  case "mute":
    process.stdin.resume();
    break;
  case "garbage":
    process.stdout.write("this is no protocol\n");
    process.stdin.resume();
    break;
  case "single":
    process.stdin.on("end", () => process.exit(0));
    await createSingleToolServer().connect(new StdioServerTransport());
    break;
  default:
    process.stdin.on("end", () => process.exit(0));
    await createTestServer().connect(new StdioServerTransport());
}
