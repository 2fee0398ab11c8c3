import { describeChannelContract } from "../src/index.ts";
import { startLineService } from "./line-channel/line-service.ts";

describeChannelContract("the channel of the manual", startLineService);
