export { doctorChecks } from "./all-checks.ts";
export type { DoctorCheck, DoctorHelp, DoctorInput, DoctorOptions, GatewayHealth } from "./doctor-world.ts";
export type { DoctorFinding, Repair, RepairKind } from "./finding.ts";
export { consentOf, type DoctorOutcome, type DoctorUi, runDoctor } from "./run-doctor.ts";
