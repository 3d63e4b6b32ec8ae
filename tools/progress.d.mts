export function progress(what: string): (result: string) => void;
