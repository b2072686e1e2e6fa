import { date, flag, text } from '#core'

/** What an order says of its amounts and of its place in the budget, for both flows of the family (`flows/commande.md`). */
export const commandeFields = {
  dateEmission: date("Date d'émission", { pastell: 'date_emission', page: 'Commande' }),
  lieuLivraison: text('Lieu de livraison', { pastell: 'lieu_livraison', page: 'Commande' }),
  totalHt: text('Total hors taxes', { pastell: 'prix_total_ht', page: 'Commande' }),
  tva: flag('TVA applicable', { pastell: 'tva', page: 'Commande' }),
  tauxTva: text('Taux de TVA (%)', { pastell: 'taux_tva', page: 'Commande' }),
  totalTtc: text('Total toutes taxes comprises', { pastell: 'total_ttc', page: 'Commande' }),
  siret: text('SIRET', { pastell: 'siret', page: 'Budget' }),
  budget: text('Budget', { pastell: 'budget', page: 'Budget' }),
  imputation: text('Imputation budgétaire', { pastell: 'imputation_budgetaire', page: 'Budget' }),
  service: text('Service gestionnaire', { pastell: 'service_gestionnaire', page: 'Budget' }),
  numeroCommande: text('Numéro du bon de commande', { pastell: 'num_bon_commande', page: 'Budget' }),
  numeroEngagement: text("Numéro d'engagement", { pastell: 'num_engagement', page: 'Budget' }),
  numeroMarche: text('Numéro de marché', { pastell: 'num_marche', page: 'Budget' }),
}
