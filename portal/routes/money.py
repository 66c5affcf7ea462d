"""Addresses of the road of money at the finance desk."""

from django.urls import path

from portal.views import accounts, batches, payers, returns, setoffs, year_close

urlpatterns = [
    path("accounts/", accounts.listing, name="finance_accounts"),
    path("accounts/<int:pk>/", accounts.page, name="finance_account"),
    path("accounts/<int:pk>/check/", accounts.check, name="finance_account_check"),
    path("account-checks/<int:pk>/confirm/", accounts.confirm_check, name="finance_account_confirm"),
    path("account-checks/<int:pk>/drop/", accounts.drop_check, name="finance_account_drop"),
    path("batches/", batches.listing, name="finance_batches"),
    path("batches/new/", batches.prepare, name="finance_batch_new"),
    path("batches/<int:pk>/", batches.page, name="finance_batch"),
    path("batches/<int:pk>/countersign/", batches.countersign, name="finance_batch_countersign"),
    path("batches/<int:pk>/drop/", batches.drop, name="finance_batch_drop"),
    path("batches/<int:pk>/file.csv", batches.file, {"kind": "csv"}, name="finance_batch_csv"),
    path("batches/<int:pk>/file.xlsx", batches.file, {"kind": "xlsx"}, name="finance_batch_xlsx"),
    path("batches/<int:pk>/result/", batches.preview, name="finance_result_preview"),
    path("batches/<int:pk>/result/take/", batches.take_over, name="finance_result_take"),
    path("results/<int:pk>/", batches.result, name="finance_result"),
    path("results/<int:pk>/file/", batches.result_file, name="finance_result_file"),
    path("returns/", returns.listing, name="finance_returns"),
    path("returns/<int:pk>/release/", returns.release, name="finance_release"),
    path("payments/<int:pk>/return/", returns.return_payment, name="finance_return"),
    path("setoffs/", setoffs.listing, name="finance_setoffs"),
    path("setoffs/enter/", setoffs.enter, name="finance_setoff_enter"),
    path("setoffs/<int:pk>/confirm/", setoffs.confirm, name="finance_setoff_confirm"),
    path("setoffs/<int:pk>/drop/", setoffs.drop, name="finance_setoff_drop"),
    path("payers/", payers.listing, name="finance_payers"),
    path("payers/enter/", payers.enter, name="finance_payer_enter"),
    path("payers/<int:pk>/change/", payers.change, name="finance_payer_change"),
    path("years/", year_close.listing, name="finance_years"),
    path("years/propose/", year_close.propose, name="finance_year_propose"),
    path("years/<int:pk>/", year_close.page, name="finance_year"),
    path("years/<int:pk>/confirm/", year_close.confirm, name="finance_year_confirm"),
    path("years/<int:pk>/drop/", year_close.drop, name="finance_year_drop"),
]
