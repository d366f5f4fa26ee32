/** How much chaos there is: little in `npm test`; `npm run chaos` sets the rest (main.ts). */
export const numbers = {
  seed: Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000),
  kills: Number(process.env.CHAOS_KILLS ?? 10),
  deliveries: Number(process.env.CHAOS_DELIVERIES ?? 100),
  letters: Number(process.env.CHAOS_LETTERS ?? 200),
  addresses: Number(process.env.CHAOS_ADDRESSES ?? 6),
}
