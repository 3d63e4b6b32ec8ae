/**
 * The contract between the stack and its container images: ports, environment, probes and metrics. Whatever fulfils it can
 * be released; the reference workload of this repository does.
 */

/** Ports of every image of ours. 9090 for metrics as NovaCron's own manifests have it; each pod has its own address. */
export const PORTS = {
  /** HTTP: requests, and the probes below. */
  http: 8080,
  /** Prometheus text format at `/metrics`. */
  metrics: 9090,
  /** DWCP's own long streams (NovaCron's migration listener). */
  stream: 9876,
} as const;

export const PROBES = {
  /** 200 while the process is worth keeping. */
  live: "/health",
  /** 200 while it wants requests. */
  ready: "/ready",
} as const;

/** Says which region and digest answer, and nothing else: what peer regions ask each other, without a token. */
export const PEER_PATH = "/v1/peer";

/** Response header that names the digest that answered; the black-box probe counts by it. */
export const VERSION_HEADER = "x-dwcp-digest";

/** Environment variables that every container gets. */
export const ENVIRONMENT = {
  /** Image digest, `sha256:…`. */
  digest: "IMAGE_DIGEST",
  region: "REGION",
  podName: "POD_NAME",
  podAddress: "POD_IP",
  namespace: "POD_NAMESPACE",
} as const;

/** Environment of single roles, beside what every container gets. */
export const ROLE_ENVIRONMENT = {
  dwcp: {
    /** URLs of the state replicas, separated by commas; an operation is acknowledged when a majority has it on disk. */
    stateUrls: "DWCP_STATE_URLS",
    /** Base URL of inference, such as `http://traefik-internal.traefik.svc:8000/pba`. */
    inferenceUrl: "DWCP_PBA_URL",
    /** DNS name whose SRV records are the other regions' WAN entries: each target begins with its region's name. Of v3 alone. */
    peerService: "DWCP_PEER_SERVICE",
    /** Public name of a peer, by which its certificate is checked, with `{region}` for the region's name. */
    peerHost: "DWCP_PEER_HOST",
  },
  state: {
    /** Folder on the replica's own volume. */
    folder: "STATE_FOLDER",
    /** URLs of all replicas, separated by commas; one that comes back fetches from the others what it missed. */
    replicaUrls: "STATE_URLS",
  },
  auth: { issuer: "AUTH_ISSUER", audience: "AUTH_AUDIENCE", jwksUri: "AUTH_JWKS_URI" },
  /** The gate watches Rollouts and the ConfigMaps `<service>-release` and `<service>-denied` of these namespaces, separated by commas. */
  gate: { namespaces: "GATE_NAMESPACES" },
  pba: {
    /** Digest of the model that is served, `sha256:…`. */
    model: "PBA_MODEL_DIGEST",
  },
  load: {
    /** Requests per second and the URL that they go to. */
    rate: "LOAD_RATE",
    url: "LOAD_URL",
    /** URL whose POST opens a session for a long stream; without it there are none. */
    sessions: "LOAD_SESSIONS_URL",
    /** Long streams that are held open; 4 if not given. */
    streams: "LOAD_STREAMS",
  },
} as const;

/** Metrics that analyses, gates and dashboards read. Names are DWCP v3's own where it has one. */
export const METRICS = {
  /** Counter {code}: finished HTTP requests, probes and peers' questions apart. */
  requests: "dwcp_http_requests_total",
  /** Histogram, seconds, buckets of 1 ms · 2^0..14 as in NovaCron's own latency metrics. */
  duration: "dwcp_http_request_duration_seconds",
  /** Gauge: open streams. */
  streams: "dwcp_v3_active_streams",
  /** Gauge {digest}: long streams that the background load holds open, by the version that they are on. */
  loadStreams: "dwcp_load_streams",
  /** Counter {reason: drain|break|renewal}: streams of the load that went on in another session. */
  streamResumptions: "dwcp_load_stream_resumptions_total",
  /** Counter: numbers that the load's streams have sent, each counted once. */
  streamMessagesSent: "dwcp_load_stream_messages_sent_total",
  /** Counter: those that were acknowledged, each counted once. */
  streamMessagesAcknowledged: "dwcp_load_stream_messages_acknowledged_total",
  /** Counter: those that an acknowledgement has passed over, so that nobody has them. Stays 0. */
  streamMessagesLost: "dwcp_load_stream_messages_lost_total",
  /** Gauge {peer}, 1 or 0: whether a peer region's WAN entry answers through the mesh. */
  peerUp: "dwcp_v3_peer_up",
  /** Gauge {peer}, seconds: the last request to a peer and its answer, over a connection that was open. */
  peerRoundTrip: "dwcp_v3_peer_round_trip_seconds",
  /** Counter: operations acknowledged after a majority of state replicas had them on disk. */
  operations: "dwcp_operations_acknowledged_total",
  /** Counter {reason}: predictions that DWCP made itself because inference was slow or gone. */
  fallbacks: "dwcp_pba_fallbacks_total",
  /** Histogram, milliseconds, as NovaCron has it: time of one prediction. */
  inference: "dwcp_pba_prediction_latency_ms",
  /** Gauge {service, digest, stage}, 1 or 0: the gate's verdict. */
  allowed: "novacron_release_allowed",
} as const;
