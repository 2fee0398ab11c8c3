import { describeChannelContract } from "@openclaw/channel-testkit";
import { startWhatsAppService } from "./whatsapp-service.ts";

describeChannelContract("WhatsApp", startWhatsAppService);
