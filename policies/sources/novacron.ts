import type { Published } from "./source.ts";

const at = (commit: string, path: string, says: string): Published => ({
  title: `NovaCron: ${says}`,
  url: `https://github.com/KhryptorGraphics/novacron/blob/${commit}/${path}`,
});

/** What NovaCron itself promises, plans or does, each at the commit at which it was read. */
export const novacron = {
  stages: at(
    "f26e2e9fee2100e43a06d6ac0ed82ce4582d4940",
    "docs/DWCP-V3-PHASE-5-COMPLETION-REPORT.md",
    "phase 5 rolls DWCP v3 out by 10, 50 and 100 %",
  ),
  rollback: at(
    "04c8976d3a7d686ca9f79597f670b13870da4955",
    "docs/DWCP-V3-PHASE-2-COMPLETION-REPORT.md",
    "a rollback takes less than 5 seconds, and a kill switch forces v1",
  ),
  rolloutScript: at(
    "04c8976d3a7d686ca9f79597f670b13870da4955",
    "scripts/production-rollout/phase1-10pct-rollout.sh",
    "the rollout script looks every 30 seconds, and takes a series that is missing for 0",
  ),
  networkAgent: at(
    "08e399480e458e9d41db5e5b3f9443c94f91aaa9",
    "backend/deployments/k8s/manifests/network-daemonset.yaml",
    "the network agent is privileged, in the node's namespaces, on its ports and paths",
  ),
  deployment: at(
    "f26e2e9fee2100e43a06d6ac0ed82ce4582d4940",
    "deployments/k8s/dwcp-v3-deployment.yaml",
    "DWCP v3's manifest: one ReadWriteOnce claim, three to ten pods",
  ),
  wanSettings: at(
    "f26e2e9fee2100e43a06d6ac0ed82ce4582d4940",
    "config/dwcp-v3-internet.yaml",
    "between regions DWCP v3 asks for TLS 1.3 and a JWT",
  ),
  raft: at(
    "ae60968fd5a570919f65d250ce77e65b7dc99920",
    "backend/core/network/dwcp/consensus/raft.go",
    "Raft's election timeout begins at 150 ms",
  ),
  stateSync: at(
    "ae60968fd5a570919f65d250ce77e65b7dc99920",
    "backend/core/network/dwcp/sync/README.md",
    "regions compare their state every 30 s",
  ),
  modeDetector: at(
    "04c8976d3a7d686ca9f79597f670b13870da4955",
    "backend/core/network/dwcp/upgrade/mode_detector.go",
    "without measurements the mode detector assumes a data centre",
  ),
};
