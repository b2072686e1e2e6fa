import type { FlowExample } from '#core/testing'

/** The supplier alone reads or does not; somebody in copy makes a message read by some. */
export const exemple: FlowExample = {
  corrections: { 'mailsec.erreurEnvoi': [{ 'mailsec.cc': 'copie@exemple.fr' }] },
}
