import type { Area } from "../../area.ts";
import abortedLeaves from "./abortedLeaves.ts";
import analysisProvider from "./analysisProvider.ts";
import analysisStart from "./analysisStart.ts";
import announcedDigest from "./announcedDigest.ts";
import autoscaler from "./autoscaler.ts";
import backgroundAnalysis from "./backgroundAnalysis.ts";
import bakeGate from "./bakeGate.ts";
import canaryPods from "./canaryPods.ts";
import ceiling from "./ceiling.ts";
import ceilingDigest from "./ceilingDigest.ts";
import controllerReplicas from "./controllerReplicas.ts";
import denied from "./denied.ts";
import denyPolicy from "./denyPolicy.ts";
import detectionBudget from "./detectionBudget.ts";
import dryRun from "./dryRun.ts";
import emptyServices from "./emptyServices.ts";
import fewRequests from "./fewRequests.ts";
import firstMeasurement from "./firstMeasurement.ts";
import firstMissAborts from "./firstMissAborts.ts";
import gateBeforeRaise from "./gateBeforeRaise.ts";
import gateQuestion from "./gateQuestion.ts";
import gatesWait from "./gatesWait.ts";
import gatewayThrottle from "./gatewayThrottle.ts";
import namesExist from "./namesExist.ts";
import noDataFails from "./noDataFails.ts";
import noStickiness from "./noStickiness.ts";
import otherGeneration from "./otherGeneration.ts";
import patchForce from "./patchForce.ts";
import previousStays from "./previousStays.ts";
import progressDeadline from "./progressDeadline.ts";
import progressThreshold from "./progressThreshold.ts";
import recordedStages from "./recordedStages.ts";
import replicasOwner from "./replicasOwner.ts";
import revisionHistory from "./revisionHistory.ts";
import rollbackWindow from "./rollbackWindow.ts";
import roomForTwo from "./roomForTwo.ts";
import selectorsOwner from "./selectorsOwner.ts";
import stableScale from "./stableScale.ts";
import stages from "./stages.ts";
import standby from "./standby.ts";
import stateStays from "./stateStays.ts";
import switchBudget from "./switchBudget.ts";
import trafficApi from "./trafficApi.ts";
import waves from "./waves.ts";
import weightsOwner from "./weightsOwner.ts";

export const delivery: Area = {
  title: "Delivery and rollback",
  rules: [
    stages,
    gateBeforeRaise,
    bakeGate,
    gateQuestion,
    announcedDigest,
    stableScale,
    abortedLeaves,
    previousStays,
    rollbackWindow,
    revisionHistory,
    progressDeadline,
    canaryPods,
    replicasOwner,
    analysisStart,
    noDataFails,
    analysisProvider,
    dryRun,
    noStickiness,
    weightsOwner,
    patchForce,
    emptyServices,
    gatewayThrottle,
    trafficApi,
    controllerReplicas,
    denyPolicy,
    ceiling,
  ],
  stackRules: [
    switchBudget,
    detectionBudget,
    gatesWait,
    firstMissAborts,
    backgroundAnalysis,
    namesExist,
    selectorsOwner,
    waves,
    recordedStages,
    ceilingDigest,
    roomForTwo,
    autoscaler,
    progressThreshold,
    denied,
    otherGeneration,
    standby,
    firstMeasurement,
    fewRequests,
    stateStays,
  ],
};
