import { fakePortail, type FlowExample } from '#core/testing'

/** The status of an invoice, as the finance software writes it. */
export const statutXml = (code: string, numero = 'F-1') =>
  `<CPPStatut><CPPFactureStatuts><CPPFactureStatutUnitaire><Fournisseur><Identifiant>00000000000018</Identifiant><RaisonSociale>Papeterie</RaisonSociale></Fournisseur><Debiteur><Identifiant>21340172201787</Identifiant></Debiteur><DonneesStatut><IdStatut>${code}</IdStatut><Commentaire>Mandat 12</Commentaire><IdFacture>${numero}</IdFacture><IdMandatDP>2026-12</IdMandatDP></DonneesStatut></CPPFactureStatutUnitaire></CPPFactureStatuts></CPPStatut>`

/** A status that the portal takes. */
export const exemple: FlowExample = {
  departures: { complet: async ({ save }) => ({ fichier: await save(statutXml('08'), 'statut.xml') }) },
  remotes({ now }) {
    const { portail, receive } = fakePortail(now)
    receive('1221', 'MISE_A_DISPOSITION', 'F-1')
    return { portailFactures: portail }
  },
}
