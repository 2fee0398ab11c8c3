import { describeChannelContract } from "@openclaw/channel-testkit";
import { startTelegramService } from "./telegram-service.ts";

describeChannelContract("Telegram", startTelegramService);
