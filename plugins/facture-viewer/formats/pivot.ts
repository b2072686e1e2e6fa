import { at, childrenOf, faultsOfPivot, libelleStatut, PIVOT_VALUES, statutOfPivotCode, type XmlElement } from '#core'
import type { FactureLisible, Ligne } from '../facture.ts'
import { contentsOf } from '../lean.ts'
import { chacun, ensemble, jour, moyen, nature, texte } from './read.ts'

/** What the rules of the pivot look at; attributes are not among it. */
const valeurs = (unit: XmlElement) =>
  Object.fromEntries(
    Object.entries(PIVOT_VALUES)
      .filter(([, path]) => !path.includes('@'))
      .map(([name, path]) => [name, texte(unit, ...path.split('/'))]),
  )

/** The invoices of a Chorus pivot (formats/factures.md §1). */
export const facturesDuPivot = (root: XmlElement): readonly FactureLisible[] => {
  const ranks = contentsOf(root)
  return chacun(at(root, 'CPPFactures'), 'CPPFacturePivotUnitaire', unit => {
    const donnees = at(unit, 'DonneesFacture')
    const [supplier, debtor] = [at(unit, 'Fournisseur'), at(unit, 'Debiteur')]
    const montants = at(donnees, 'Montants')
    const passages = chacun(at(unit, 'CycleDeValidation'), 'ValidationUnitaire', (each): Ligne => {
      const code = texte(each, 'CodeStatut') ?? ''
      return [
        libelleStatut(statutOfPivotCode(code) ?? code),
        ensemble(jour(texte(each, 'DateStatut')), texte(each, 'Commentaire')),
      ]
    })
    const bank = at(supplier, 'ReferenceBancaire')
    return {
      format: 'Facture Chorus Pro (pivot)',
      titre: `${nature(texte(donnees, 'Type'))} ${texte(donnees, 'Id') ?? ''}`.trim(),
      devise: texte(donnees, 'Devise') ?? 'EUR',
      entete: [
        ['Numéro', texte(donnees, 'Id')],
        ['Numéro Chorus Pro', texte(donnees, 'IdCPRO')],
        ['Cadre de facturation', texte(donnees, 'Cadre')],
        ['Date', jour(texte(donnees, 'DateEmissionFacture'))],
        ['Livraison', jour(texte(donnees, 'DateLivraison'))],
        ['Réception', jour(texte(donnees, 'DateReception'))],
        ['Facture d’origine', texte(donnees, 'IdFactureOrigine')],
        ['Engagement', texte(donnees, 'Engagement', 'NumeroEngagement')],
        ['Marché', texte(donnees, 'Engagement', 'NumeroMarche')],
        ...passages,
      ],
      parties: [
        {
          role: 'Fournisseur',
          nom: texte(supplier, 'RaisonSociale') ?? '',
          lignes: [
            ['Identifiant', texte(supplier, 'Identifiant')],
            ['Pays', texte(supplier, 'CodePays')],
          ],
        },
        {
          role: 'Destinataire',
          nom: texte(debtor, 'Nom') ?? '',
          lignes: [
            ['SIRET', texte(debtor, 'Identifiant')],
            ['Service', ensemble(texte(debtor, 'CodeService'), texte(debtor, 'NomService'))],
          ],
        },
      ],
      lignes: chacun(at(donnees, 'Lignes'), 'Ligne', line => ({
        designation: texte(line, 'ReferenceProduit') ?? '',
        reference: '',
        quantite: texte(line, 'Quantite') ?? '',
        prixUnitaire: texte(line, 'PrixUnitaire') ?? '',
        montantHt: texte(line, 'MontantHT') ?? '',
        taux: texte(line, 'TauxTVA') ?? '',
      })),
      tva: chacun(at(donnees, 'TVAs'), 'TVA', each => ({
        taux: texte(each, 'Taux') ?? '',
        base: texte(each, 'BaseHt') ?? '',
        montant: texte(each, 'MontantTVA') ?? '',
        motif: '',
      })),
      totaux: {
        ht: texte(montants, 'MontantHT'),
        ttc: texte(montants, 'MontantTTC'),
        net: texte(montants, 'MontantNetAPayer'),
      },
      paiement: [
        ['Mode', texte(donnees, 'ModePaiement', 'Libelle') ?? moyen(texte(donnees, 'ModePaiement', 'Code'))],
        [bank?.attributes['Type'] ?? 'Compte', texte(bank, 'Compte')],
        ['Établissement', texte(bank, 'Etablissement')],
      ],
      notes: [],
      manques: faultsOfPivot(valeurs(unit)),
      pieces: childrenOf(unit, 'PJ').map(piece => {
        const content = at(piece, 'Contenu')
        return {
          nom: texte(piece, 'NomPJ') ?? texte(piece, 'NomPJOrigine') ?? 'piece-jointe',
          type: texte(piece, 'MimeTypePJ') ?? '',
          description: texte(piece, 'TypePJ') === '01' ? 'Facture' : 'Pièce complémentaire',
          rang: content && ranks.get(content),
        }
      }),
    }
  })
}
