import { describeChannelContract } from "@openclaw/channel-testkit";
import { openTestedDiscord } from "./service/tested-discord.ts";

describeChannelContract("discord", openTestedDiscord);
