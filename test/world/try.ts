import { startDns } from './dns.ts'
import { Resolver } from 'node:dns/promises'
const dns = await startDns({ 'acme.cz': { TXT: ['v=spf1 -all', 'x'.repeat(700), ['a','b']], MX: ['10 mx.acme.cz', '0 .'], A: ['127.0.0.1'], AAAA: ['::1', '2001:db8::5'], NS: ['ns.acme.cz'] },
 'S1._domainkey.acme.cz': { TXT: ['y'.repeat(3000)] }, 'www.acme.cz': { CNAME: ['acme.cz'] }, '1.0.0.127.in-addr.arpa': { PTR: ['mx.acme.cz'] }, 'slow.cz': 'timeout', 'broken.cz': 'servfail', 'big.cz': {TXT: ['ž'.repeat(300)]} })
const r = new Resolver({ timeout: 200, tries: 1 }); r.setServers([dns.address])
const t = async (f: () => Promise<unknown>) => { try { return JSON.stringify(await f()).slice(0, 200) } catch (e) { return (e as any).code } }
console.log(dns.address)
for (const type of ['A','AAAA','MX','TXT','NS','PTR','CNAME','SOA','CAA','SRV'] as const) console.log(type, await t(() => r.resolve('ACME.cz', type)))
console.log(await t(() => r.resolveTxt('s1._domainkey.acme.cz')), await t(async () => (await r.resolveTxt('s1._domainkey.acme.cz'))[0]!.map(s=>s.length)))
console.log(await t(() => r.resolve4('www.acme.cz')), await t(() => r.reverse('127.0.0.1')), await t(() => r.resolveCname('www.acme.cz')))
for (const n of ['slow.cz','broken.cz','nothere.cz','_domainkey.acme.cz','big.cz']) console.log(n, await t(() => r.resolveTxt(n)))
console.log(dns.queries.length, dns.queries.at(-1))
console.time('close'); await dns.close(); console.timeEnd('close')
