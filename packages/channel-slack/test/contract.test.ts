import { describeChannelContract } from "@openclaw/channel-testkit";
import { openTestedSlack } from "./service/tested-slack.ts";

describeChannelContract("Slack", openTestedSlack);
