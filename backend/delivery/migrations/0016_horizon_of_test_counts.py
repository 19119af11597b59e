from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0015_drop_months_one_by_one'),
    ]

    operations = [
        migrations.AlterField(
            model_name='horizon',
            name='kind',
            field=models.CharField(choices=[('pull_requests', 'pull requests'), ('change_sizes', 'change sizes'), ('test_runs', 'workflow runs and checks'), ('test_counts', 'counts of tests'), ('deployments', 'deployments'), ('issues', 'issues')], max_length=20, primary_key=True, serialize=False),
        ),
    ]
