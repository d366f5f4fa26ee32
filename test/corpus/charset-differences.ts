export const differences: Record<string, string> = {}
