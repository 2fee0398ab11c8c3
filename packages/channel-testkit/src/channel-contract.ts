import { describe } from "vitest";
import { createContractContext } from "./contract/contract-context.ts";
import { deliveryContract } from "./contract/delivery.ts";
import { directMessageContract } from "./contract/direct-messages.ts";
import { faultContract } from "./contract/faults.ts";
import { groupContract } from "./contract/groups.ts";
import { lifeCycleContract } from "./contract/life-cycle.ts";
import type { TestedService } from "./tested-service.ts";

/**
 * Declares the tests every channel has to pass: call it in a test file. `open` makes a fresh fake of the service for each
 * test. What the fake cannot do (`drop`, `repeat`, `refuse`, `outage`, `garble`, groups) is skipped, and shown as skipped.
 */
export function describeChannelContract(name: string, open: () => Promise<TestedService>): void {
  describe(`${name} keeps the channel contract`, () => {
    const context = createContractContext(name, open);
    describe("direct messages", () => directMessageContract(context));
    describe("groups", () => groupContract(context));
    describe("delivery", () => deliveryContract(context));
    describe("life cycle", () => lifeCycleContract(context));
    describe("faults", () => faultContract(context));
  });
}
