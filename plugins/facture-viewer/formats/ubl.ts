import { at, childrenOf, type XmlElement } from '#core'
import type { FactureLisible, Partie } from '../facture.ts'
import { contentsOf } from '../lean.ts'
import { chacun, ensemble, jour, moyen, nature, nomIdentifiant, texte } from './read.ts'

const partie = (role: string, holder: XmlElement | undefined): Partie => {
  const party = at(holder, 'Party') ?? holder
  const address = at(party, 'PostalAddress')
  const legal = at(party, 'PartyLegalEntity')
  const company = at(legal, 'CompanyID')
  return {
    role,
    nom: texte(legal, 'RegistrationName') ?? texte(party, 'PartyName', 'Name') ?? '',
    lignes: [
      [nomIdentifiant(company?.attributes['schemeID']), company?.text],
      ...chacun(party, 'PartyIdentification', each => {
        const id = at(each, 'ID')
        return [nomIdentifiant(id?.attributes['schemeID']), id?.text] as const
      }),
      ['TVA', texte(party, 'PartyTaxScheme', 'CompanyID')],
      [
        'Adresse',
        ensemble(
          texte(address, 'StreetName'),
          texte(address, 'AdditionalStreetName'),
          texte(address, 'PostalZone'),
          texte(address, 'CityName'),
          texte(address, 'Country', 'IdentificationCode'),
        ),
      ],
      ['Contact', ensemble(texte(party, 'Contact', 'Name'), texte(party, 'Contact', 'ElectronicMail'))],
    ],
  }
}

/** An invoice or a credit note in UBL 2.1 (formats/factures.md §4). */
export const factureUbl = (root: XmlElement): FactureLisible => {
  const isCredit = root.name === 'CreditNote'
  const ranks = contentsOf(root)
  const total = at(root, 'LegalMonetaryTotal')
  const means = at(root, 'PaymentMeans')
  return {
    format: isCredit ? 'Avoir UBL' : 'Facture UBL',
    titre: `${nature(isCredit ? '381' : texte(root, 'InvoiceTypeCode'))} ${texte(root, 'ID') ?? ''}`.trim(),
    devise: texte(root, 'DocumentCurrencyCode') ?? 'EUR',
    entete: [
      ['Numéro', texte(root, 'ID')],
      ['Date', jour(texte(root, 'IssueDate'))],
      ['Échéance', jour(texte(root, 'DueDate'))],
      ['Cadre de facturation', texte(root, 'ProfileID')],
      ['Code du service', texte(root, 'BuyerReference')],
      ['Engagement', texte(root, 'OrderReference', 'ID')],
      ['Marché', texte(root, 'ContractDocumentReference', 'ID')],
      ['Facture d’origine', texte(root, 'BillingReference', 'InvoiceDocumentReference', 'ID')],
      ['Livraison', jour(texte(root, 'Delivery', 'ActualDeliveryDate'))],
    ],
    parties: [
      partie('Fournisseur', at(root, 'AccountingSupplierParty')),
      partie('Destinataire', at(root, 'AccountingCustomerParty')),
      ...chacun(root, 'PayeeParty', each => partie('Bénéficiaire', each)),
    ],
    lignes: chacun(root, isCredit ? 'CreditNoteLine' : 'InvoiceLine', line => ({
      designation: texte(line, 'Item', 'Name') ?? texte(line, 'Item', 'Description') ?? '',
      reference: texte(line, 'Item', 'SellersItemIdentification', 'ID') ?? '',
      quantite: texte(line, isCredit ? 'CreditedQuantity' : 'InvoicedQuantity') ?? '',
      prixUnitaire: texte(line, 'Price', 'PriceAmount') ?? '',
      montantHt: texte(line, 'LineExtensionAmount') ?? '',
      taux: texte(line, 'Item', 'ClassifiedTaxCategory', 'Percent') ?? '',
    })),
    tva: chacun(at(root, 'TaxTotal'), 'TaxSubtotal', each => ({
      taux: texte(each, 'TaxCategory', 'Percent') ?? '',
      base: texte(each, 'TaxableAmount') ?? '',
      montant: texte(each, 'TaxAmount') ?? '',
      motif: texte(each, 'TaxCategory', 'TaxExemptionReason') ?? '',
    })),
    totaux: {
      lignes: texte(total, 'LineExtensionAmount'),
      ht: texte(total, 'TaxExclusiveAmount'),
      tva: texte(root, 'TaxTotal', 'TaxAmount'),
      ttc: texte(total, 'TaxInclusiveAmount'),
      acompte: texte(total, 'PrepaidAmount'),
      net: texte(total, 'PayableAmount'),
    },
    paiement: [
      ['Mode', moyen(texte(means, 'PaymentMeansCode'))],
      ['IBAN', texte(means, 'PayeeFinancialAccount', 'ID')],
      ['BIC', texte(means, 'PayeeFinancialAccount', 'FinancialInstitutionBranch', 'ID')],
      ['Référence', texte(means, 'PaymentID')],
      ['Conditions', texte(root, 'PaymentTerms', 'Note')],
    ],
    notes: childrenOf(root, 'Note').map(({ text }) => text),
    pieces: chacun(root, 'AdditionalDocumentReference', each => {
      const content = at(each, 'Attachment', 'EmbeddedDocumentBinaryObject')
      return {
        nom: content?.attributes['filename'] ?? texte(each, 'ID') ?? 'piece-jointe',
        type: content?.attributes['mimeCode'] ?? '',
        description: texte(each, 'DocumentDescription') ?? texte(each, 'Attachment', 'ExternalReference', 'URI') ?? '',
        rang: content && ranks.get(content),
      }
    }),
  }
}
