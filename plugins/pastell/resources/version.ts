import { json, type Reply, type Resource } from '../call.ts'

/** The version of Pastell whose API is spoken: clients compare it, and know what to expect by it. */
const VERSION = '4.1.0'
/** Ours. */
const REVISION = 'passeur'

export const version: Resource = {
  GET: async () =>
    json({
      version: VERSION,
      revision: REVISION,
      last_changed_date: false,
      extensions_versions_accepted: [],
      version_complete: `Version ${VERSION} - Révision  ${REVISION}`,
    }),
}

/** The probe of monitoring tools. */
export const allo = async (): Promise<Reply> => json({ produit: 'Pastell', version: VERSION })
