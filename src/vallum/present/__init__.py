"""How people see it: tables, sentences and figures."""
