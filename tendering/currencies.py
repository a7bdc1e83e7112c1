"""Currencies a tender may be held in: active codes of ISO 4217 with hundredths, in which all amounts here are kept."""

CURRENCIES = frozenset({
    "AED", "ALL", "AMD", "AUD", "AZN", "BAM", "BGN", "BRL", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "GEL", "HKD",
    "HUF", "ILS", "INR", "MAD", "MDL", "MKD", "MXN", "NOK", "NZD", "PLN", "RON", "RSD", "SEK", "SGD", "TRY", "UAH",
    "USD", "ZAR",
})  # fmt: skip
