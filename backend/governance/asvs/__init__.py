"""What the appliance finds of itself against OWASP ASVS 4.0.3, levels 1 and 2: a self-assessment, never a certificate."""
