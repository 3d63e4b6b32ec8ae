export function withLock<T>(
  path: string,
  purpose: string,
  onWait: (holder: { pid: number; purpose: string }) => void,
  work: () => Promise<T>,
): Promise<T>;
