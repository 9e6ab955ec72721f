// STUB
export function decode(name: string, value: any): any {
  if (Array.isArray(value)) return value.map((v) => decode(name, v))
  if (typeof value !== 'object' || value === null) return value
  const r: any = {}
  for (const [k, v] of Object.entries(value)) {
    if (v === null || v === undefined) continue
    const key = k.replace(/_([a-z0-9])/g, (_, l: string) => l.toUpperCase())
    r[key] = k === 'time' || k === 'started_at' || k === 'updated_at' ? new Date(v as string) : decode(name, v)
  }
  return r
}
export function encode(name: string, value: any): any {
  if (Array.isArray(value)) return value.map((v) => encode(name, v))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k.replace(/[A-Z]/g, (l) => '_' + l.toLowerCase()), encode(name, v)]))
}
